#include "sgilo/released/released_samplers.h"

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

constexpr double kHotTime = 0.01, kLastTime = 1e-3;

void require_released(const ReleasedSamplerOptions& options) {
  validate(options, "released_sampler.");
  if (options.predictor == Predictor::exponential)
    throw ConfigError(
        "released_sampler.predictor must be none, euler_maruyama, reverse_diffusion or "
        "ancestral_sampling, but is exponential");
}

// In float32, as the released program has them.
std::vector<double> times_between(double first, double last, int count) {
  const Tensor times = torch::linspace(first, last, count, torch::kFloat32).to(torch::kFloat64);
  return {times.data_ptr<double>(), times.data_ptr<double>() + count};
}

Tensor drawn_like(const Tensor& x, const DrawSource& draws) {
  return draws(x.sizes().vec()).to(x.options());
}

Update released_predict(const ScoreFunction& score, const Sde& sde, const Tensor& x, double t,
                        const ReleasedSamplerOptions& options, const DrawSource& draws) {
  if (options.predictor == Predictor::none) return {x, x};
  return predict(options.predictor, score, sde, x, sde.discrete_transition(t), drawn_like(x, draws),
                 options.probability_flow);
}

Update released_step(const ScoreFunction& score, const Sde& sde, Tensor x, double t,
                     const ReleasedSamplerOptions& options, const DrawSource& draws) {
  if (options.corrector != Corrector::none)
    for (int step = 0; step < options.corrector_steps; ++step)
      x = correct(options.corrector, score, sde, x, t, options.snr, drawn_like(x, draws), true).x;
  return released_predict(score, sde, x, t, options, draws);
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

Tensor released_cold_sampler(const ScoreFunction& score, const Sde& sde, const Shape& shape,
                             const ReleasedSamplerOptions& options, const DrawSource& draws) {
  require_released(options);
  const int levels = sde.options().scales;
  const std::vector<double> times = times_between(1, kLastTime, levels);
  Update update;
  update.mean = update.x = draws(shape) * sde.prior_std();
  for (int level = static_cast<int>(levels * (1 - options.t_index)); level < levels; ++level)
    update =
        released_step(score, sde, update.x, times[static_cast<std::size_t>(level)], options, draws);
  return options.denoise ? update.mean : update.x;
}

Tensor released_prior_sampler(const ScoreFunction& score, const Sde& sde, const Tensor& level_data,
                              const ReleasedSamplerOptions& options, const DrawSource& draws) {
  require_released(options);
  const std::int64_t levels = sde.options().scales;
  if (level_data.dim() < 2 || level_data.size(0) != levels)
    throw ConfigError(concat("the data of the released prior sampler must have shape [", levels,
                             ", rows, ...], but have ", shape_text(level_data.sizes())));
  const double strength = options.measurements_strength;
  const std::vector<double> times = times_between(1, kLastTime, static_cast<int>(levels));
  Tensor x = drawn_like(level_data[0], draws) * sde.prior_std();
  for (std::int64_t level = 0; level < levels; ++level) {
    // The released program overwrites the corrector's result, whose draws are taken all the same.
    if (options.corrector != Corrector::none)
      for (int step = 0; step < options.corrector_steps; ++step) drawn_like(x, draws);
    const Tensor predicted =
        released_predict(score, sde, x, times[static_cast<std::size_t>(level)], options, draws).x;
    x = level_data[levels - 1 - level] * strength + predicted * (1 - strength);
  }
  return x;
}

Tensor released_reverse_sampler(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                                const ReleasedSamplerOptions& options, const DrawSource& draws) {
  require_released(options);
  Tensor state = x;
  std::vector<Tensor> states;
  for (const double t : times_between(kLastTime, 1, sde.options().scales))
    states.push_back(state = released_step(score, sde, state, t, options, draws).x);
  return torch::stack(states);
}

Tensor released_ode_sampler(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                            const ReleasedSamplerOptions& options,
                            const ProbabilityFlowOptions& ode, Observer& observer) {
  require_released(options);
  const Tensor end = probability_flow(score, sde, x, 1, kLastTime, ode, observer);
  if (!options.denoise) return end;
  return predict(Predictor::reverse_diffusion, score, sde, end, sde.discrete_transition(kLastTime),
                 torch::zeros_like(end))
      .mean;
}

}  // namespace sgilo
