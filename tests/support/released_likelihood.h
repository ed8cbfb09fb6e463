// The density of a score as the released program estimates it (sampling/flow_density.h is ours).
#pragma once

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/sampling/flow_density.h"

namespace sgilo {

// The released program's estimate: Euler steps on linspace(1e-5, 1, evaluations), the last of which
// has no step, with one probe v [N, ...].
inline FlowDensity released_likelihood(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                                       const Tensor& probe, int evaluations) {
  require_shape("the probe of a likelihood", probe, x.sizes());
  if (evaluations < 2)
    throw ConfigError(
        concat("a likelihood by Euler steps needs at least 2 evaluations, but has ", evaluations));
  const Tensor times = torch::linspace(1e-5, 1, evaluations, torch::kFloat32).to(torch::kFloat64);
  Tensor state = x.detach();
  Tensor change = torch::zeros({x.size(0)}, x.options().dtype(torch::kFloat64));
  for (std::int64_t step = 0; step + 1 < evaluations; ++step) {
    const double t = times[step].item<double>(), dt = times[step + 1].item<double>() - t;
    const FlowSlope flow =
        flow_slope(score, sde, state, time_of_rows(t, state), probe.unsqueeze(0));
    state = state + flow.drift * dt;
    change = change + flow.trace * dt;
  }
  return {sde.prior_log_density(state.to(torch::kFloat64)) + change, state};
}

// What the program adds to bits_per_dimension, where 7 is right.
inline constexpr double kReleasedBitsOffset = 8;

}  // namespace sgilo
