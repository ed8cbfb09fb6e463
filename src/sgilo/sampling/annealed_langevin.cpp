#include "sgilo/sampling/annealed_langevin.h"

#include "sgilo/core/options_json.h"
#include "sgilo/sampling/langevin.h"

namespace sgilo {

Tensor annealed_langevin(const ScoreFunction& score, const Sde& sde, Tensor x_t,
                         const AnnealedLangevinOptions& options,
                         const std::vector<RandomStreams>& rows, Observer& observer) {
  validate(options, "annealed_langevin.");
  const std::vector<double> times = times_of(noise_levels(options.schedule), sde);
  const int steps = options.steps_per_level;
  for (std::size_t level = 0; level < times.size() && !observer.stop_requested(); ++level) {
    const double t = times[level];
    if (level > 0) x_t = x_t * (sde.mean_scale(t) / sde.mean_scale(times[level - 1]));
    const double step_size = options.step_ratio * sde.std(t) * sde.std(t);
    for (int step = 0; step < steps; ++step) {
      const std::uint64_t index = level * static_cast<std::uint64_t>(steps) + step;
      x_t = langevin_step(x_t, score_at(score, x_t, t),
                          noise_like(x_t, children(rows, "step", index)), step_size);
    }
    observer.on_step({.stage = "annealed langevin",
                      .step = static_cast<std::int64_t>(level) + 1,
                      .steps = static_cast<std::int64_t>(times.size()),
                      .values = {{"noise_std", sde.std(t)}}});
  }
  if (!options.denoise) return x_t;
  return sde.denoised(x_t, times.back(), score_at(score, x_t, times.back()));
}

Tensor prior_draw(const Sde& sde, torch::IntArrayRef shape,
                  const std::vector<RandomStreams>& rows) {
  return normal_rows(children(rows, "prior"), shape) * sde.prior_std();
}

}  // namespace sgilo
