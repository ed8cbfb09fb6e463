#include "sgilo/sampling/langevin.h"

#include <cmath>

#include "sgilo/core/options_json.h"

namespace sgilo {

Tensor langevin_step(const Tensor& x, const Tensor& score, const Tensor& noise,
                     const Tensor& step_size, double inverse_temperature) {
  return x + step_size * score + (step_size * (2 / inverse_temperature)).sqrt() * noise;
}

Tensor langevin_step(const Tensor& x, const Tensor& score, const Tensor& noise, double step_size,
                     double inverse_temperature) {
  return x + step_size * score + std::sqrt(2 * step_size / inverse_temperature) * noise;
}

Tensor smoothed_score(const ScoreFunction& score, const Sde& sde, const Tensor& v, double t) {
  const double scale = sde.mean_scale(t);
  return score_at(score, v * scale, t) * scale;
}

Tensor langevin(const ScoreFunction& score, const Sde& sde, Tensor v,
                const LangevinOptions& options, const std::vector<RandomStreams>& rows,
                Observer& observer) {
  validate(options, "langevin.");
  const double t = sde.t_of_std(options.noise_std);
  for (int step = 0; step < options.steps && !observer.stop_requested(); ++step) {
    const Tensor noise = noise_like(v, children(rows, "step", static_cast<std::uint64_t>(step)));
    v = langevin_step(v, smoothed_score(score, sde, v, t), noise, options.step_size,
                      options.inverse_temperature);
    observer.on_step({.stage = "langevin", .step = step + 1, .steps = options.steps});
  }
  return v;
}

}  // namespace sgilo
