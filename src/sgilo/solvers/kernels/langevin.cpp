#include "sgilo/solvers/kernels/langevin.h"

#include <cmath>

#include "sgilo/sampling/langevin.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {

LatentState preconditioned_langevin(Target& target, const LatentState& v,
                                    const LatentState& gradient, const LatentState& drift,
                                    const PreconditionedStep& step) {
  PreconditionerState& state = target.memory().preconditioner;
  if (target.adapting()) adapt_preconditioner(state, gradient, step.scale);
  const LatentState metric = mapped(
      v, [&](const Variable& x) { return preconditioner(state, x, step.precision, step.scale); });
  const Tensor eta = stable_step(state, flattened(v), flattened(gradient), flattened(metric),
                                 step.scale, step.step_size, target.adapting());
  return mapped(v, [&](const Variable& x) {
    return langevin_step(x.value, drift.at(x.name) - gradient.at(x.name),
                         target.noise("langevin", x, step.number),
                         per_row(eta, x.value) * metric.at(x.name), step.inverse_temperature);
  });
}

LatentState transition(const LangevinKernelOptions& o, Target& target) {
  const LatentState& v = target.latent();
  const Likelihood likelihood =
      target.likelihood().tempered(std::pow(o.noise_annealing, 2 * target.now.heat()));
  const LatentState gradient = target.data(v, target.measurements(), likelihood).gradient;
  const LatentState score = mapped(v, [&](const Variable& x) {
    const Sde& sde = target.sde(x);
    return smoothed_score(target.score(x), sde, x.value, sde.t_of_std(o.score_std));
  });
  if (o.precondition)
    return preconditioned_langevin(target, v, gradient, score,
                                   {.scale = likelihood.scale(),
                                    .step_size = o.step_size,
                                    .inverse_temperature = o.inverse_temperature});
  return mapped(v, [&](const Variable& x) {
    return langevin_step(x.value, score.at(x.name) - gradient.at(x.name),
                         target.noise("langevin", x), o.step_size, o.inverse_temperature);
  });
}

}  // namespace sgilo
