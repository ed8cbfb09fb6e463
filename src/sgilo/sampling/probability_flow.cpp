#include "sgilo/sampling/probability_flow.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/options_json.h"

namespace sgilo {

Tensor probability_flow_drift(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                              const Tensor& t) {
  const Tensor g = sde.diffusion(t);
  return x * per_row(sde.drift_rate(t), x) - score(x, t.to(x.options())) * per_row(g * g * 0.5, x);
}

Tensor probability_flow(const ScoreFunction& score, const Sde& sde, const Tensor& x, double from_t,
                        double to_t, const ProbabilityFlowOptions& options, Observer& observer) {
  validate(options, "probability_flow.");
  const OdeSlope slope = [&](const OdeState& y, const Tensor& t) {
    return OdeState{probability_flow_drift(score, sde, y[0], t)};
  };
  return integrate_rows(slope, {x.detach()}, from_t, to_t, options, "probability flow",
                        observer)[0];
}

std::vector<double> denoising_ratios(double first, int steps, double least) {
  if (steps < 1) throw ConfigError(concat("denoising steps must be positive, but are ", steps));
  const double last = std::min(first, std::max(first / 20, least));
  std::vector<double> ratios;
  for (int i = 0; i < steps; ++i) {
    const double u = steps > 1 ? static_cast<double>(i) / (steps - 1) : 0.0;
    ratios.push_back(std::pow(std::sqrt(first) + u * (std::sqrt(last) - std::sqrt(first)), 2));
  }
  return ratios;
}

Tensor denoise(const ScoreFunction& score, const Sde& sde, const Tensor& x_t, double t, int steps) {
  const std::vector<double> ratios = denoising_ratios(sde.noise_ratio(t), steps);
  Tensor y = x_t / sde.mean_scale(t);
  Tensor previous;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const double r = ratios[i];
    const double next = i + 1 < ratios.size() ? ratios[i + 1] : 0.0;
    const double time = i == 0 ? t : sde.t_of_noise_ratio(r);
    const Tensor x = y * sde.mean_scale(time);
    const Tensor d = sde.denoised(x, time, score_at(score, x, time));
    // A line needs two different ratios; noise below the least one is left in one step.
    const bool has_line = i > 0 && ratios[i - 1] > r;
    const Tensor slope = has_line ? (d - previous) / (r - ratios[i - 1]) : torch::zeros_like(d);
    const Tensor intercept = d - slope * r;
    y = next > 0 ? intercept + (y - intercept) * (next / r) - slope * (next * std::log(next / r))
                 : intercept;
    previous = d;
  }
  return y;
}

}  // namespace sgilo
