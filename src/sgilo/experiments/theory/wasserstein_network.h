// Distances to a real network's own stationary law exp(-beta Lt), which Metropolis-adjusted chains
// draw (S7, S8): part of the experiment `wasserstein`, and points of figure 9.
#pragma once

#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {

struct NetworkWasserstein {
  // S7: W1 of |z - z*| between the chain's stationary law and the reference, what the quadratic
  // model at z* says, and what two independent samples of the reference differ by.
  std::vector<double> step_size, bias, predicted_bias;
  double floor = 0;
  // S8: after eta k = time from -rho z*, W1 of |z - z*| (a lower bound of the distance) and
  // E |x - y| of a chain coupled to a stationary one (an upper bound, up to that one's bias).
  std::vector<double> time, lower, upper;
};

// Checks S7 and S8. Empty where the run does not check them.
NetworkWasserstein network_wasserstein(TheoryRun& run);

}  // namespace sgilo
