#include "sgilo/metrics/frechet.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

FeatureStatistics statistics_of(const Tensor& features) {
  FeatureStatistics statistics(features.size(1));
  statistics.add(features);
  return statistics;
}

// Features whose sample mean is 0 and sample covariance the identity, [n, d] float64.
Tensor whitened(std::int64_t n, std::int64_t d) {
  Tensor x = RandomStreams(1).normal({n, d}).to(torch::kFloat64);
  x = x - x.mean(0);
  const Tensor factor =
      torch::linalg_cholesky(torch::matmul(x.t(), x) / static_cast<double>(n - 1));
  return torch::matmul(x, torch::linalg_inv(factor).t());
}

TEST(FeatureStatistics, AreTheSameInOneBatchAndInMany) {
  const Tensor features = 100 + RandomStreams(2).normal({50, 7}).to(torch::kFloat64);
  FeatureStatistics many(7);
  const std::vector<std::pair<int, int>> parts{{0, 1}, {1, 20}, {20, 20}, {20, 33}, {33, 50}};
  for (const auto& [start, end] : parts) many.add(features.slice(0, start, end));
  const FeatureStatistics one = statistics_of(features);
  EXPECT_EQ(many.count(), 50);
  EXPECT_TRUE(torch::allclose(many.mean(), features.mean(0), 0, 1e-12));
  EXPECT_TRUE(torch::allclose(many.covariance(), one.covariance(), 0, 1e-12));
  const Tensor centred = features - features.mean(0);
  EXPECT_TRUE(
      torch::allclose(one.covariance(), torch::matmul(centred.t(), centred) / 49, 0, 1e-12));
}

TEST(FeatureStatistics, ContinueFromTheirState) {
  const Tensor features = RandomStreams(3).normal({30, 4});
  FeatureStatistics first = statistics_of(features.slice(0, 0, 12)), second(4);
  second.load_state(first.state());
  first.add(features.slice(0, 12));
  second.add(features.slice(0, 12));
  EXPECT_TRUE(torch::equal(first.covariance(), second.covariance()));
  EXPECT_EQ(second.count(), 30);
}

TEST(FeatureStatistics, SayWhatTheyCannotTake) {
  FeatureStatistics statistics(4);
  const auto text_of = [](const auto& action) -> std::string {
    try {
      action();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(text_of([&] {
              statistics.add(torch::zeros({3, 5}));
            }),
            "frechet: features must have shape [-1, 4], but has [3, 5]");
  EXPECT_EQ(text_of([&] {
              statistics.add(torch::full({3, 4}, NAN));
            }),
            "frechet: features is not finite");
  EXPECT_EQ(text_of([&] { statistics.covariance(); }),
            "frechet: a covariance needs the features of at least 2 images, but has 0");
  EXPECT_EQ(text_of([&] { statistics.load_state(FeatureStatistics(3).state()); }),
            "frechet: statistics must hold an int64 count, a mean of shape [4] and deviations of "
            "shape [4, 4], but hold shapes [], [3] and [3, 3]");
}

TEST(FrechetDistance, IsZeroBetweenEqualStatistics) {
  const FeatureStatistics a = statistics_of(RandomStreams(4).normal({100, 20}));
  EXPECT_NEAR(frechet_distance(a, a), 0, 1e-9);
}

TEST(FrechetDistance, IsTheClosedFormOfDiagonalGaussians) {
  const Tensor x = whitened(200, 6);
  const Tensor std_a = torch::tensor({1.0, 2.0, 0.5, 3.0, 0.1, 1.0}, torch::kFloat64);
  const Tensor std_b = torch::tensor({2.0, 2.0, 1.5, 0.0, 0.1, 4.0}, torch::kFloat64);
  const double expected = 6 * 0.3 * 0.3 + (std_a - std_b).pow(2).sum().item<double>();
  EXPECT_NEAR(frechet_distance(statistics_of(x * std_a), statistics_of(x * std_b + 0.3)), expected,
              1e-6);
}

// For B = M A M with M symmetric positive definite, (A^1/2 B A^1/2)^1/2 = A^1/2 M A^1/2, so the
// distance is tr(A) + tr(M A M) - 2 tr(A M).
TEST(FrechetDistance, IsTheClosedFormOfCovariancesThatDoNotCommute) {
  const std::int64_t d = 5;
  const Tensor x = whitened(100, d);
  const Tensor mix = RandomStreams(5).child("a").normal({d, d}).to(torch::kFloat64);
  const Tensor root = RandomStreams(5).child("m").normal({d, d}).to(torch::kFloat64);
  const Tensor m = torch::matmul(root, root.t()) + torch::eye(d, torch::kFloat64);
  const Tensor features = torch::matmul(x, mix);
  const Tensor a = torch::matmul(mix.t(), mix);
  const double expected =
      (a.trace() + torch::matmul(torch::matmul(m, a), m).trace() - 2 * torch::matmul(a, m).trace())
          .item<double>();
  const double found =
      frechet_distance(statistics_of(features), statistics_of(torch::matmul(features, m)));
  EXPECT_NEAR(found, expected, 1e-8 * expected);
}

// Two samples of n from N(0, I_d): the squared difference of the means is 2 d / n on average, and
// the covariances add |A - B|^2 / 4 = d (d + 1) / (2 n).
TEST(FrechetFloor, IsTheDistanceOfDisjointHalves) {
  const std::int64_t n = 2000, d = 8;
  const double floor = frechet_floor(RandomStreams(6).normal({2 * n, d}), RandomStreams(7));
  const double expected = 2.0 * d / n + d * (d + 1) / (2.0 * n);
  EXPECT_GT(floor, 0.5 * expected);
  EXPECT_LT(floor, 2.0 * expected);
}

}  // namespace
}  // namespace sgilo
