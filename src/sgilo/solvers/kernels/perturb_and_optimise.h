// A draw of exp(-U_data(v)) N(v; centre, r^2 I): perturb y and the centre by their own noise, then
// minimise
//   U_data(v; y') + ||v - centre'||^2 / (2 r^2),
// which is exact when A G is linear, the noise Gaussian and the minimum reached. L-BFGS starts at
// centre', so that directions it has not reached keep the prior's law; Adam, which cannot undo such a
// start in a few steps, at the centre.
#pragma once

#include "sgilo/solvers/kernels/annealed.h"

namespace sgilo {

// As many evaluations as the round has.
LatentState perturb_and_optimise(Target& target, const LatentState& centre, double r,
                                 const AnnealedKernelOptions& options);

}  // namespace sgilo
