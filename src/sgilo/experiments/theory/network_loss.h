// The loss of finite networks: how far it is from the population landscape (W4, W5), its gradient
// (W6) and how it scales with the latent's norm (W7).
// Part of the experiment `random_matrices`, and of figure 3.
#pragma once

#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {

// Of networks of growing size: S = sum 1 / n_i + 1 / m, the root mean square of Lt - L and the mean
// of |grad Lt - grad L| / (1 + |z|), over latents of norms up to 2 |z*|.
struct PopulationDeviation {
  std::vector<double> inverse_size, loss, gradient;
};

// Checks W4 to W7. Empty when the run checks neither W4 nor W5.
PopulationDeviation network_loss(TheoryRun& run);

}  // namespace sgilo
