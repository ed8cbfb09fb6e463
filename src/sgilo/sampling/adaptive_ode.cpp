#include "sgilo/sampling/adaptive_ode.h"

#include <array>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/sampling/batch.h"

namespace sgilo {
namespace {

// Stages, and the difference of the two orders. The last stage is the new point itself.
constexpr std::size_t kCount = 7;
using Weights = std::array<double, kCount>;
constexpr Weights kTimes{0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
constexpr std::array<Weights, kCount> kStages{
    {{},
     {1.0 / 5},
     {3.0 / 40, 9.0 / 40},
     {44.0 / 45, -56.0 / 15, 32.0 / 9},
     {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
     {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
     {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}}};
constexpr Weights kError{71.0 / 57600,      0,          -71.0 / 16695, 71.0 / 1920,
                         -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

using Slopes = std::array<OdeState, kCount>;

Tensor weighted_sum(const Slopes& slopes, std::size_t part, const Weights& weights) {
  Tensor sum = slopes[0][part] * weights[0];
  for (std::size_t j = 1; j < kCount; ++j)
    if (weights[j] != 0) sum = sum + slopes[j][part] * weights[j];
  return sum;
}

// The root mean square error of each row in units of its tolerance: [N], float64.
Tensor error_size(const Tensor& error, const Tensor& now, const Tensor& next,
                  const AdaptiveOdeOptions& options) {
  const Tensor tolerance = torch::maximum(now.abs(), next.abs()) * options.relative_tolerance +
                           options.absolute_tolerance;
  return (error / tolerance)
      .to(torch::kFloat64)
      .reshape({error.size(0), -1})
      .square()
      .mean(1)
      .sqrt();
}

}  // namespace

OdeState integrate_rows(const OdeSlope& slope, OdeState y, double from_t, double to_t,
                        const AdaptiveOdeOptions& options, std::string_view what,
                        Observer& observer) {
  const torch::NoGradGuard no_grad;
  const std::size_t parts = y.size();
  Tensor t = torch::full({y.at(0).size(0)}, from_t, torch::kFloat64);
  Tensor h = torch::full_like(t, 0.01 * (to_t - from_t));
  Slopes k;
  k[0] = slope(y, t);
  int evaluations = 1;
  for (std::int64_t step = 1; !observer.stop_requested(); ++step) {
    const Tensor left = to_t - t;
    if ((left == 0).all().item<bool>()) break;
    if (evaluations + 6 > options.max_evaluations)
      throw NumericError(concat("the ", what, " did not reach t = ", to_t, " within ",
                                options.max_evaluations, " score evaluations"));
    const Tensor is_last = h.abs() >= left.abs();
    h = torch::where(is_last, left, h);
    OdeState next(parts);
    for (std::size_t stage = 1; stage < kCount; ++stage) {
      for (std::size_t part = 0; part < parts; ++part)
        next[part] = y[part] + weighted_sum(k, part, kStages[stage]) * per_row(h, y[part]);
      k[stage] = slope(next, t + h * kTimes[stage]);
    }
    evaluations += 6;
    Tensor size = torch::zeros_like(t);
    for (std::size_t part = 0; part < parts; ++part)
      size = torch::maximum(size, error_size(weighted_sum(k, part, kError) * per_row(h, y[part]),
                                             y[part], next[part], options)
                                      .to(t.device()));
    require_finite(concat("a step of the ", what), size);
    const Tensor accepted = size <= 1;
    for (std::size_t part = 0; part < parts; ++part) {
      const Tensor rows = per_row(accepted.to(y[part].scalar_type()), y[part]) > 0;
      y[part] = torch::where(rows, next[part], y[part]);
      k[0][part] = torch::where(rows, k[6][part], k[0][part]);
    }
    t = torch::where(accepted, torch::where(is_last, torch::full_like(t, to_t), t + h), t);
    h = h * (size.clamp_min(1e-12).pow(-0.2) * 0.9).clamp(0.2, 10);
    observer.on_step(
        {.stage = std::string(what),
         .step = step,
         .values = {{"score_evaluations", evaluations}, {"t", t.mean().item<double>()}}});
  }
  return y;
}

}  // namespace sgilo
