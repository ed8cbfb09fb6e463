#include "sgilo/sampling/released_samplers.h"

#include "sgilo/core/options_json.h"

namespace sgilo {
namespace {

constexpr double kHotTime = 0.01;

void require_released(const ReleasedSamplerOptions& options) {
  validate(options, "released_sampler.");
  if (options.predictor == Predictor::exponential)
    throw ConfigError(
        "released_sampler.predictor must be none, euler_maruyama, reverse_diffusion or "
        "ancestral_sampling, but is exponential");
}

Update released_step(const ScoreFunction& score, const Sde& sde, Tensor x, double t,
                     const ReleasedSamplerOptions& options, const DrawSource& draws) {
  const auto noise = [&] { return draws(x.sizes().vec()).to(x.options()); };
  if (options.corrector != Corrector::none)
    for (int step = 0; step < options.corrector_steps; ++step)
      x = correct(options.corrector, score, sde, x, t, options.snr, noise(), true).x;
  if (options.predictor == Predictor::none) return {x, x};
  return predict(options.predictor, score, sde, x, sde.discrete_transition(t), noise());
}

}  // namespace

Tensor released_hot_sampler(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                            const ReleasedSamplerOptions& options, const DrawSource& draws) {
  require_released(options);
  Update update{x, x};
  for (int step = 0; step < options.hot_steps; ++step)
    update = released_step(score, sde, update.x, kHotTime, options, draws);
  return update.mean;
}

}  // namespace sgilo
