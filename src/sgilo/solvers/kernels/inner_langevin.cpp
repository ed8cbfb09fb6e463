#include "sgilo/solvers/kernels/inner_langevin.h"

#include "sgilo/solvers/kernels/langevin.h"

namespace sgilo {

LatentState inner_langevin(Target& target, const LatentState& centre, double r,
                           const AnnealedKernelOptions& o) {
  const Tensor measured = target.measurements();
  LatentState v = centre;
  for (std::int64_t i = 0; i < target.now.evaluations; ++i) {
    const LatentState gradient = target.data(v, measured).gradient;
    const LatentState pull =
        mapped(v, [&](const Variable& x) { return (centre.at(x.name) - x.value) / (r * r); });
    v = preconditioned_langevin(target, v, gradient, pull,
                                {.precision = 1 / (r * r),
                                 .scale = target.likelihood().scale(),
                                 .step_size = o.step_size,
                                 .number = i});
  }
  return v;
}

}  // namespace sgilo
