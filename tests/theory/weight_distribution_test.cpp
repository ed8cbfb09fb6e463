#include "sgilo/theory/weight_distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

Tensor at_angle(double angle) {
  return torch::tensor({std::cos(angle), std::sin(angle), 0.0, 0.0}, torch::kFloat64);
}

TEST(WeightDistribution, ExpectationIsTheLimitOfManyRows) {
  constexpr std::int64_t kRows = 400000;
  const Tensor weights = RandomStreams(2).normal({kRows, 4}).to(torch::kFloat64) /
                         std::sqrt(static_cast<double>(kRows));
  for (const double angle : {0.0, 1e-9, 0.5, 1.5, 2.8, std::numbers::pi})
    EXPECT_LT(weight_distribution_deviation(weights, 2 * at_angle(0), 3 * at_angle(angle)), 0.01)
        << angle;  // an entry's standard error is at most sqrt(3 / rows) = 0.003
}

TEST(WeightDistribution, ExpectationSwapsTheTwoDirections) {
  const double angle = 1.1, pi = std::numbers::pi;
  const Tensor x = at_angle(0.4), y = at_angle(0.4 + angle);
  const Tensor swap =
      (expected_active_gram(5 * x, y) - (pi - angle) / (2 * pi) * torch::eye(4, torch::kFloat64)) *
      (2 * pi / std::sin(angle));
  EXPECT_TRUE(torch::allclose(swap.mv(x), y, 1e-10, 1e-12));
  EXPECT_TRUE(torch::allclose(swap.mv(y), x, 1e-10, 1e-12));
  EXPECT_LT(swap.select(1, 2).abs().max().item<double>(), 1e-12);
}

TEST(WeightDistribution, ExpectationIsHalfAtOneDirectionAndNothingAtOpposites) {
  const Tensor x = at_angle(0.3);
  EXPECT_TRUE(torch::allclose(expected_active_gram(x, 2 * x), torch::eye(4, torch::kFloat64) / 2));
  EXPECT_LT(expected_active_gram(x, -x).abs().max().item<double>(), 1e-12);
}

TEST(WeightDistribution, DeviationIsTheLargestQuadraticForm) {
  const Tensor weights = RandomStreams(6).normal({8, 2}).to(torch::kFloat64) / std::sqrt(8.0);
  const Tensor x = torch::tensor({1.0, 0.2}, torch::kFloat64),
               y = torch::tensor({0.3, 1.0}, torch::kFloat64);
  Tensor difference = -expected_active_gram(x, y);
  for (std::int64_t i = 0; i < 8; ++i)
    if (weights[i].dot(x).item<double>() > 0 && weights[i].dot(y).item<double>() > 0)
      difference += weights[i].outer(weights[i]);
  double largest = 0;
  for (int i = 0; i < 1000; ++i) {
    const double angle = std::numbers::pi * i / 1000;
    const Tensor v = torch::tensor({std::cos(angle), std::sin(angle)}, torch::kFloat64);
    largest = std::max(largest, std::abs(v.dot(difference.mv(v)).item<double>()));
  }
  EXPECT_NEAR(weight_distribution_deviation(weights, x, y), largest, 1e-4 * largest);
}

TEST(WeightDistribution, BoundFallsAsLayersExpand) {
  const auto bound = [](std::int64_t rows) {
    const Tensor weights =
        RandomStreams(4).normal({rows, 5}) / std::sqrt(static_cast<double>(rows));
    return weight_distribution_bound(weights, 60, RandomStreams(5));
  };
  EXPECT_GT(bound(20), 2 * bound(2000));
  EXPECT_EQ(error_text<ConfigError>([&] {
              weight_distribution_bound(torch::ones({5, 2}), 2, RandomStreams(1));
            }),
            "pairs must be at least 3, but are 2");
}

}  // namespace
}  // namespace sgilo
