// D11 and D12: what keeps coupled chains together near x*. A part of coupling_experiment.
#pragma once

#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {

void contraction_checks(TheoryRun& run);

}  // namespace sgilo
