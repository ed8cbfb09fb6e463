// Compares draws with the mean and covariance that they should have. Every entry of the mean and of
// the covariance is tested at its own standard error, estimated from the draws (so that the law
// need not be Gaussian), with a normal quantile divided over all entries (Bonferroni): a right
// sampler fails with probability at most `false_alarm`, up to the normal approximation. `bias` adds
// what the discretisation is known to contribute.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "sgilo/core/random_streams.h"

namespace sgilo {

struct SamplerCheck {
  std::int64_t draws = 20000;
  double false_alarm = 1e-4;
  double bias = 0;
  std::uint64_t seed = 1;
};

// x with P(N(0,1) > x) = p, p <= 1/2, by bisection.
inline double upper_normal_quantile(double p) {
  double low = 0, high = 40;
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(middle / std::sqrt(2.0)) > p ? low : high) = middle;
  }
  return low;
}

// draws [n, d], independent; mean [d], covariance [d, d].
inline void expect_draws_match(const Tensor& draws, const Tensor& mean, const Tensor& covariance,
                               const SamplerCheck& check = {}) {
  const Tensor x = draws.flatten(1).to(torch::kFloat64);
  const std::int64_t n = x.size(0), d = x.size(1);
  const double comparisons = static_cast<double>(d + d * (d + 1) / 2);
  const double quantile = upper_normal_quantile(check.false_alarm / (2 * comparisons));
  const auto expect_mean = [&](const Tensor& values, double expected, const std::string& what) {
    const double error = values.std().item<double>() / std::sqrt(static_cast<double>(n));
    EXPECT_NEAR(values.mean().item<double>(), expected, quantile * error + check.bias) << what;
  };
  const Tensor m = mean.to(torch::kFloat64);
  for (std::int64_t i = 0; i < d; ++i) {
    expect_mean(x.select(1, i), m[i].item<double>(), "mean of coordinate " + std::to_string(i));
    for (std::int64_t j = i; j < d;
         ++j)  // around the stated mean, so that the terms are independent
      expect_mean((x.select(1, i) - m[i]) * (x.select(1, j) - m[j]),
                  covariance[i][j].item<double>(),
                  "covariance of coordinates " + std::to_string(i) + " and " + std::to_string(j));
  }
}

// sampler: one independent draw per stream, [streams, ...].
inline void expect_sampler_matches(
    const std::function<Tensor(const std::vector<RandomStreams>&)>& sampler, const Tensor& mean,
    const Tensor& covariance, const SamplerCheck& check = {}) {
  std::vector<RandomStreams> rows;
  for (std::int64_t i = 0; i < check.draws; ++i)
    rows.push_back(RandomStreams(check.seed).child("draw", static_cast<std::uint64_t>(i)));
  expect_draws_match(sampler(rows), mean, covariance, check);
}

}  // namespace sgilo
