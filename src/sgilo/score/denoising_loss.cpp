#include "sgilo/score/denoising_loss.h"

#include <cmath>

#include "sgilo/core/options_json.h"
#include "sgilo/sampling/batch.h"

namespace sgilo {

Tensor draw_times(const Sde& sde, const NoiseLevelOptions& options,
                  const std::vector<RandomStreams>& rows) {
  validate(options, "noise_levels.");
  if (options.largest_std <= options.smallest_std)
    throw ConfigError(concat("noise_levels.largest_std must be above smallest_std = ",
                             options.smallest_std, ", but is ", options.largest_std));
  std::vector<double> times;
  for (const RandomStreams& row : rows) {
    const Tensor u = row.uniform({2}).to(torch::kFloat64);
    const double which = u[0].item<double>(), where = u[1].item<double>();
    times.push_back(which < options.log_uniform_fraction
                        ? sde.t_of_std(options.smallest_std *
                                       std::pow(options.largest_std / options.smallest_std, where))
                        : options.smallest_t + (1 - options.smallest_t) * where);
  }
  return torch::tensor(times, torch::kFloat64).to(torch::kFloat32);
}

Tensor denoising_loss(ScoreNetwork& network, const Tensor& clean, const Tensor& t,
                      const Tensor& noise, const Tensor& condition) {
  const Sde& sde = network->sde();
  const Tensor x_t = clean * per_row(sde.mean_scale(t), clean) + noise * per_row(sde.std(t), clean);
  const Tensor error = network->denoised(x_t, t, condition) - clean;
  const Tensor output = network->preconditioning(sde.noise_ratio(t).clamp_min(1e-3)).output;
  return error.square().flatten(1).mean(1) / output.square();
}

std::vector<LevelError> denoising_errors(const ScoreFunction& score, const Sde& sde,
                                         const Tensor& clean, const std::vector<double>& stds,
                                         const std::vector<RandomStreams>& rows) {
  const auto error = [&](const Tensor& estimate) {
    return (estimate - clean).square().mean().sqrt().item<double>();
  };
  std::vector<LevelError> errors;
  for (std::size_t i = 0; i < stds.size(); ++i) {
    const double t = sde.t_of_std(stds[i]);
    const Tensor x_t = sde.diffuse(clean, t, noise_like(clean, children(rows, "level", i)));
    errors.push_back({.std = stds[i],
                      .denoised = error(sde.denoised(x_t, t, score_at(score, x_t, t))),
                      .undenoised = error(x_t / sde.mean_scale(t))});
  }
  return errors;
}

}  // namespace sgilo
