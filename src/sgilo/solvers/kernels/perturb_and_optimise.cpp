#include "sgilo/solvers/kernels/perturb_and_optimise.h"

#include <algorithm>

#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

LatentState by_adam(Target& target, const LatentState& centre, const LatentState& perturbed,
                    const Tensor& measured, double r, double rate) {
  const auto evaluations = static_cast<double>(target.now.evaluations);
  AdamState moments;
  LatentState v = centre;
  for (std::int64_t i = 0; i < target.now.evaluations; ++i) {
    const DataTerm data = target.data(v, measured);
    const LatentState gradient = mapped(v, [&](const Variable& x) {
      return data.gradient.at(x.name) + (x.value - perturbed.at(x.name)) / (r * r);
    });
    const double left = 1 - static_cast<double>(i) / evaluations;
    v = adam_step(v, gradient, moments, i + 1, rate * r * std::min(1.0, 2 * left));
  }
  return v;
}

LatentState by_lbfgs(Target& target, const LatentState& perturbed, const Tensor& measured,
                     double r) {
  const Tensor middle = flattened(perturbed);
  Tensor& first_step = target.memory().lbfgs.first_step;
  if (!first_step.defined()) first_step = torch::zeros({middle.size(0)}, middle.options());
  const Minimum minimum = minimise_lbfgs(
      [&](const Tensor& x) -> EnergyAndGradient {
        const DataTerm data = target.data(unflattened(x, perturbed), measured);
        const Tensor offset = x - middle;
        return {data.energy + row_dot(offset, offset) / (2 * r * r),
                flattened(data.gradient) + offset / (r * r)};
      },
      middle, first_step.clamp_max(r * r), 0.01 * r, target.now.evaluations);
  first_step = minimum.first_step;
  return unflattened(minimum.x, perturbed);
}

}  // namespace

LatentState perturb_and_optimise(Target& target, const LatentState& centre, double r,
                                 const AnnealedKernelOptions& o) {
  const Tensor measured = target.perturbed_measurements();
  const LatentState perturbed =
      mapped(centre, [&](const Variable& x) { return x.value + r * target.noise("perturb", x); });
  return o.optimiser == InnerOptimiser::adam
             ? by_adam(target, centre, perturbed, measured, r, o.adam_rate)
             : by_lbfgs(target, perturbed, measured, r);
}

}  // namespace sgilo
