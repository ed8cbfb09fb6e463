// Distances of normal samples against the closed forms of their laws.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/core/random_streams.h"
#include "sgilo/theory/wasserstein.h"
#include "support/expect_sampler_matches.h"

namespace sgilo {
namespace {

// The standard normal law's quantiles at (i + 1/2) / count.
Tensor normal_quantiles(std::int64_t count) {
  Tensor out = torch::empty({count}, torch::kFloat64);
  for (std::int64_t i = 0; i < count; ++i) {
    const double level = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    out[i] = level < 0.5 ? -upper_normal_quantile(level) : upper_normal_quantile(1 - level);
  }
  return out;
}

TEST(Wasserstein, OfNormalLawsHasItsClosedForm) {
  const Tensor z = normal_quantiles(20001);
  // W2^2 = (m - m')^2 + (s - s')^2; W1 = |s - s'| E|z| for equal means.
  EXPECT_NEAR(wasserstein2(0.3 + 2 * z, -0.5 + 0.5 * z), std::hypot(0.8, 1.5), 1e-3);
  EXPECT_NEAR(wasserstein1(2 * z, 0.5 * z), 1.5 * std::sqrt(2 / std::numbers::pi), 1e-3);
  EXPECT_NEAR(wasserstein1(z, normal_quantiles(301)), 0, 0.01);  // another resolution of one law
}

// Means and deviations of N samples have standard errors s / sqrt(N) and s / sqrt(2 N); five of
// them: false alarms below 1e-5.
TEST(Wasserstein, OfNormalSamplesIsThatOfTheirLaws) {
  const std::int64_t size = 40000;
  const Tensor a = RandomStreams(1).normal({size}), b = 1 + 0.5 * RandomStreams(2).normal({size});
  const double error = 5 * std::sqrt(2.0 / static_cast<double>(size));
  EXPECT_NEAR(wasserstein2(a, b), std::hypot(1, 0.5), error);
}

// sqrt(N) W1 tends to int |B(F(x))| dx with a Brownian bridge B, of mean sqrt(2 / pi) int sqrt(F (1
// - F)) dx: 1.29 for the normal law. The mean over 200 samples has a standard error of 0.035.
TEST(Wasserstein, OfASampleToItsLawHasTheStatedFloor) {
  const std::int64_t size = 500, samples = 200;
  const Tensor z = normal_quantiles(20001);
  double sum = 0;
  for (std::uint64_t i = 0; i < samples; ++i)
    sum += wasserstein1(RandomStreams(3).child(i).normal({size}), z);
  double integral = 0;
  for (double x = -10; x < 10; x += 0.01) {
    const double below = std::erfc(-x / std::sqrt(2.0)) / 2,
                 above = std::erfc(x / std::sqrt(2.0)) / 2;
    integral += 0.01 * std::sqrt(below * above);
  }
  const double floor = std::sqrt(2 / std::numbers::pi) * integral;
  EXPECT_NEAR(floor, 1.29, 0.01);
  EXPECT_NEAR(sum / samples * std::sqrt(static_cast<double>(size)), floor, 5 * 0.035);
}

}  // namespace
}  // namespace sgilo
