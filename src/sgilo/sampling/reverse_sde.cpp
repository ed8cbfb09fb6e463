#include "sgilo/sampling/reverse_sde.h"

#include <cmath>

#include "sgilo/core/options_json.h"

namespace sgilo {

Tensor reverse_drift(const ScoreFunction& score, const Sde& sde, const Tensor& x, const Tensor& t) {
  return x * per_row(sde.drift_rate(t), x) -
         score(x, t.to(x.options())) * per_row(sde.diffusion(t).square(), x);
}

Update predict(Predictor predictor, const ScoreFunction& score, const Sde& sde, const Tensor& x,
               const Transition& step, const Tensor& noise, bool probability_flow) {
  if (predictor == Predictor::none) return {x, x};
  if (predictor == Predictor::ancestral && sde.kind() == SdeKind::subvp)
    throw ConfigError(
        "predictor ancestral_sampling works with the vp and ve diffusions, not with "
        "subvp");
  if (probability_flow && predictor != Predictor::euler_maruyama &&
      predictor != Predictor::reverse_diffusion)
    throw ConfigError(concat("predictor ", word_of(predictor),
                             " has no form for the probability flow, but euler_maruyama and "
                             "reverse_diffusion have"));
  const Tensor s = score_at(score, x, step.t) * (probability_flow ? 0.5 : 1.0);
  Tensor mean;
  double noise_std = std::sqrt(step.variance);
  switch (predictor) {
    case Predictor::euler_maruyama: {
      const double g = sde.diffusion(step.t);
      mean = x - (x * sde.drift_rate(step.t) - s * (g * g)) * step.dt;
      noise_std = g * std::sqrt(step.dt);
      break;
    }
    case Predictor::reverse_diffusion:
      mean = x * (2 - step.scale) + s * step.variance;
      break;
    default:
      mean = (x + s * step.variance) / step.scale;
      if (predictor == Predictor::exponential || sde.kind() == SdeKind::ve)
        noise_std *= step.std_ratio;
  }
  if (probability_flow) return {mean, mean};
  return {mean + noise * noise_std, mean};
}

Update correct(Corrector corrector, const ScoreFunction& score, const Sde& sde, const Tensor& x,
               double t, double snr, const Tensor& noise, bool shared_norms) {
  if (corrector == Corrector::none) return {x, x};
  const double alpha = sde.discrete_alpha(t);
  if (alpha < 0)
    throw ConfigError(concat("a corrector needs sde.scales of at least sde.beta_max = ",
                             sde.options().beta_max, ", but it is ", sde.options().scales));
  const Tensor s = score_at(score, x, t);
  Tensor step_size;
  if (corrector == Corrector::ald) {
    step_size = torch::full({}, 2 * alpha * std::pow(snr * sde.std(t), 2), x.options());
  } else {
    Tensor noise_norm = noise.flatten(1).norm(2, 1), score_norm = s.flatten(1).norm(2, 1);
    if (shared_norms) {
      noise_norm = noise_norm.mean().expand_as(noise_norm);
      score_norm = score_norm.mean().expand_as(score_norm);
    }
    step_size = per_row((noise_norm / score_norm * snr).square() * (2 * alpha), x);
  }
  const Tensor mean = x + step_size * s;
  return {mean + (step_size * 2).sqrt() * noise, mean};
}

Tensor predictor_corrector(const ScoreFunction& score, const Sde& sde, Tensor x_t,
                           const PredictorCorrectorOptions& options,
                           const std::vector<RandomStreams>& rows, Observer& observer) {
  validate(options, "predictor_corrector.");
  if (options.last_t >= options.first_t)
    throw ConfigError(concat("predictor_corrector.last_t must be below first_t = ", options.first_t,
                             ", but is ", options.last_t));
  const double dt = (options.first_t - options.last_t) / options.steps;
  for (int step = 0; step < options.steps && !observer.stop_requested(); ++step) {
    const auto streams = children(rows, "step", static_cast<std::uint64_t>(step));
    const double t = options.first_t - step * dt;
    for (int inner = 0; inner < options.corrector_steps; ++inner)
      x_t = correct(
                options.corrector, score, sde, x_t, t, options.snr,
                noise_like(x_t, children(streams, "corrector", static_cast<std::uint64_t>(inner))))
                .x;
    x_t = predict(options.predictor, score, sde, x_t, sde.transition(t - dt, t),
                  noise_like(x_t, children(streams, "predictor")))
              .x;
    observer.on_step({.stage = "predictor-corrector",
                      .step = step + 1,
                      .steps = options.steps,
                      .values = {{"t", t - dt}}});
  }
  if (!options.denoise) return x_t;
  return sde.denoised(x_t, options.last_t, score_at(score, x_t, options.last_t));
}

}  // namespace sgilo
