// Preconditioned Langevin on exp(-U_data(v)) N(v; centre, r^2 I), from the centre on.
#pragma once

#include "sgilo/solvers/kernels/annealed.h"

namespace sgilo {

// As many evaluations as the round has.
LatentState inner_langevin(Target& target, const LatentState& centre, double r,
                           const AnnealedKernelOptions& options);

}  // namespace sgilo
