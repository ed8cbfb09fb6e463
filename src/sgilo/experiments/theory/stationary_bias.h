// The chain's stationary bias (S1) and figure 9: part of the experiment `wasserstein`.
#pragma once

#include "sgilo/experiments/theory/theory_run.h"
#include "sgilo/experiments/theory/wasserstein_network.h"

namespace sgilo {

// The real network's S7 stands in the figure where it was run.
void check_stationary_bias(TheoryRun& run, const NetworkWasserstein& network);

}  // namespace sgilo
