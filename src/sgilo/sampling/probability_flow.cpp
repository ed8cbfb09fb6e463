#include "sgilo/sampling/probability_flow.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

// Dormand and Prince 1980: stages, and the difference of the two orders. The last stage is the new
// point itself.
constexpr std::array<double, 7> kTimes{0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
constexpr double kStages[7][6] = {
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}};
constexpr std::array<double, 7> kError{71.0 / 57600,      0,          -71.0 / 16695, 71.0 / 1920,
                                       -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

}  // namespace

Tensor probability_flow(const ScoreFunction& score, const Sde& sde, const Tensor& start,
                        double from_t, double to_t, const ProbabilityFlowOptions& options,
                        Observer& observer) {
  validate(options, "probability_flow.");
  const torch::NoGradGuard no_grad;
  const auto drift = [&](const Tensor& x, const Tensor& t) {
    const Tensor g = sde.diffusion(t);
    return x * per_row(sde.drift_rate(t), x) -
           score(x, t.to(x.options())) * per_row(g * g * 0.5, x);
  };
  Tensor x = start.detach();
  Tensor t = torch::full({x.size(0)}, from_t, torch::kFloat64);
  Tensor h = torch::full({x.size(0)}, 0.01 * (to_t - from_t), torch::kFloat64);
  std::array<Tensor, 7> k;
  k[0] = drift(x, t);
  int evaluations = 1;
  for (std::int64_t step = 1; !observer.stop_requested(); ++step) {
    const Tensor left = to_t - t;
    if ((left == 0).all().item<bool>()) break;
    if (evaluations + 6 > options.max_evaluations)
      throw NumericError(concat("the probability flow did not reach t = ", to_t, " within ",
                                options.max_evaluations, " score evaluations"));
    const Tensor is_last = h.abs() >= left.abs();
    h = torch::where(is_last, left, h);
    const Tensor h_rows = per_row(h, x);
    Tensor next;
    for (std::size_t stage = 1; stage < 7; ++stage) {
      Tensor slope = k[0] * kStages[stage][0];
      for (std::size_t j = 1; j < stage; ++j)
        if (kStages[stage][j] != 0) slope = slope + k[j] * kStages[stage][j];
      next = x + slope * h_rows;
      k[stage] = drift(next, t + h * kTimes[stage]);
    }
    evaluations += 6;
    Tensor error = k[0] * kError[0];
    for (std::size_t j = 2; j < 7; ++j) error = error + k[j] * kError[j];
    const Tensor tolerance = torch::maximum(x.abs(), next.abs()) * options.relative_tolerance +
                             options.absolute_tolerance;
    const Tensor size =
        (error * h_rows / tolerance).to(t.options()).flatten(1).square().mean(1).sqrt();  // [N]
    require_finite("a step of the probability flow", size);
    const Tensor accepted = size <= 1;
    const Tensor accepted_rows = per_row(accepted.to(x.scalar_type()), x) > 0;
    x = torch::where(accepted_rows, next, x);
    k[0] = torch::where(accepted_rows, k[6], k[0]);
    t = torch::where(accepted, torch::where(is_last, torch::full_like(t, to_t), t + h), t);
    h = h * (size.clamp_min(1e-12).pow(-0.2) * 0.9).clamp(0.2, 10);
    observer.on_step({"probability flow",
                      step,
                      0,
                      {{"score_evaluations", evaluations}, {"t", t.mean().item<double>()}}});
  }
  return x;
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
