#include "sgilo/theory/weight_distribution.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;

}  // namespace

Tensor expected_active_gram(const Tensor& x, const Tensor& y) {
  const Tensor u = x.to(torch::kFloat64) / x.to(torch::kFloat64).norm();
  const Tensor w = y.to(torch::kFloat64) / y.to(torch::kFloat64).norm();
  const double angle = 2 * std::atan2((u - w).norm().item<double>(), (u + w).norm().item<double>());
  Tensor v = w - u.dot(w) * u;  // across u; without a direction at angles 0 and pi
  v = v / std::max(v.norm().item<double>(), 1e-300);
  const double sine = std::sin(angle), cosine = std::cos(angle);
  const Tensor swap = cosine * (u.outer(u) - v.outer(v)) + sine * (u.outer(v) + v.outer(u));
  return (kPi - angle) / (2 * kPi) * torch::eye(x.size(0), torch::kFloat64) +
         sine / (2 * kPi) * swap;
}

double weight_distribution_deviation(const Tensor& weights, const Tensor& x, const Tensor& y) {
  const Tensor rows = weights.to(torch::kFloat64);
  const Tensor active = (rows.mv(x.to(torch::kFloat64)) > 0) & (rows.mv(y.to(torch::kFloat64)) > 0);
  const Tensor kept = rows * active.unsqueeze(1);
  return torch::linalg_eigvalsh(kept.t().mm(kept) - expected_active_gram(x, y))
      .abs()
      .max()
      .item<double>();
}

double weight_distribution_bound(const Tensor& weights, std::int64_t pairs,
                                 const RandomStreams& streams) {
  if (pairs < 3) throw ConfigError(concat("pairs must be at least 3, but are ", pairs));
  const Shape shape{pairs, weights.size(1)};
  const Tensor x = streams.child("x").normal(shape).to(torch::kFloat64);
  const Tensor noise = streams.child("y").normal(shape).to(torch::kFloat64);
  const Tensor rows = weights.to(torch::kFloat64);
  std::vector<double> deviations(static_cast<std::size_t>(pairs));
  at::parallel_for(0, pairs, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const double sign = static_cast<double>(1 - i % 3);  // 1: near x, 0: independent, -1: near -x
      const Tensor y = sign * x[i] + (sign == 0 ? 1.0 : 0.1) * noise[i];
      deviations[static_cast<std::size_t>(i)] = weight_distribution_deviation(rows, x[i], y);
    }
  });
  return *std::max_element(deviations.begin(), deviations.end());
}

}  // namespace sgilo
