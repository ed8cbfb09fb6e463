#include "sgilo/theory/smoothed_landscape.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

SmoothedLandscape some_landscape() { return SmoothedLandscape(PopulationLandscape(2)); }

// Fractions of r0 in each piece of both steps, away from where h'' jumps.
const std::vector<double> kFractions{0.1, 0.4, 0.48, 0.55, 0.63, 0.8, 0.95, 1.3};

TEST(SmoothStep, RisesFromZeroToOneWithItsDerivatives) {
  constexpr double kLow = 0.2, kHigh = 0.7, kStep = 1e-5;
  EXPECT_EQ(smooth_step(0.1, kLow, kHigh).value, 0);
  EXPECT_EQ(smooth_step(0.8, kLow, kHigh).value, 1);
  EXPECT_NEAR(smooth_step(0.45, kLow, kHigh).value, 0.5, 1e-15);
  for (const double r : {0.1, 0.25, 0.4, 0.5, 0.65, 0.8}) {
    const SmoothStep here = smooth_step(r, kLow, kHigh),
                     behind = smooth_step(r - kStep, kLow, kHigh),
                     ahead = smooth_step(r + kStep, kLow, kHigh);
    EXPECT_NEAR(here.first, (ahead.value - behind.value) / (2 * kStep), 1e-9);
    EXPECT_NEAR(here.second, (ahead.first - behind.first) / (2 * kStep), 1e-9);
  }
}

TEST(SmoothStep, IsContinuousWithItsSlopeWhereItsPiecesMeet) {
  for (const double r : {0.2, 0.45, 0.7}) {
    const SmoothStep behind = smooth_step(r - 1e-9, 0.2, 0.7),
                     ahead = smooth_step(r + 1e-9, 0.2, 0.7);
    EXPECT_NEAR(behind.value, ahead.value, 1e-8);
    EXPECT_NEAR(behind.first, ahead.first, 1e-7);
  }
}

TEST(SmoothedLandscape, IsTheLandscapeAwayFromZeroAndTheBumpCloseBy) {
  const SmoothedLandscape smoothed = some_landscape();
  const double r0 = smoothed.inner_radius();
  EXPECT_NEAR(r0, 0.5 / 3.14159265358979, 1e-12);
  for (const double angle : {0.0, 1.0, 3.0}) {
    EXPECT_EQ(smoothed.loss({r0, angle}), smoothed.population().loss(PolarPoint{r0, angle}));
    EXPECT_EQ(smoothed.loss({2, angle}), smoothed.population().loss(PolarPoint{2, angle}));
    // xi (1 - 2 r^2 / r0^2) inside r0 / 3.
    EXPECT_NEAR(smoothed.loss({r0 / 4, angle}), 3 * (1 - 2.0 / 16), 1e-12);
  }
}

TEST(SmoothedLandscape, DerivativesAreTheDifferencesOfTheLoss) {
  const SmoothedLandscape smoothed = some_landscape();
  const double radius_step = 1e-4 * smoothed.inner_radius(), angle_step = 1e-4;
  for (const double fraction : kFractions)
    for (const double angle : {0.3, 1.4, 2.8}) {
      const PolarPoint x{fraction * smoothed.inner_radius(), angle};
      const auto moved = [&](double radius, double turn) {
        return smoothed.loss({x.radius + radius * radius_step, x.angle + turn * angle_step});
      };
      const PolarDerivatives f = smoothed.derivatives(x);
      const double here = moved(0, 0);
      EXPECT_NEAR(f.radius, (moved(1, 0) - moved(-1, 0)) / (2 * radius_step), 1e-5);
      EXPECT_NEAR(f.angle, (moved(0, 1) - moved(0, -1)) / (2 * angle_step), 1e-7);
      EXPECT_NEAR(f.radius_radius,
                  (moved(1, 0) - 2 * here + moved(-1, 0)) / (radius_step * radius_step), 1e-4);
      EXPECT_NEAR(f.angle_angle,
                  (moved(0, 1) - 2 * here + moved(0, -1)) / (angle_step * angle_step), 1e-6);
      EXPECT_NEAR(f.radius_angle,
                  (moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)) /
                      (4 * radius_step * angle_step),
                  1e-4);
      EXPECT_NEAR(f.cotangent_angle, f.angle / std::tan(angle), 1e-12);
    }
}

TEST(SmoothedLandscape, GradientIsTheDifferencesOfTheLoss) {
  constexpr std::int64_t kDimension = 4;
  const SmoothedLandscape smoothed = some_landscape();
  const double step = 1e-5 * smoothed.inner_radius();
  for (const double fraction : kFractions) {
    Tensor x = RandomStreams(5).normal({10, kDimension}).to(torch::kFloat64);
    x *= fraction * smoothed.inner_radius() / x.norm(2, 1, true);
    const Tensor gradient = smoothed.gradient(x);
    const auto loss = [&](const Tensor& row) {
      const Tensor point = polar_of(row.unsqueeze(0));
      return smoothed.loss({point[0][0].item<double>(), point[0][1].item<double>()});
    };
    for (std::int64_t i = 0; i < x.size(0); ++i)
      for (std::int64_t j = 0; j < kDimension; ++j) {
        Tensor ahead = x[i].clone(), behind = x[i].clone();
        ahead[j] += step;
        behind[j] -= step;
        EXPECT_NEAR(gradient[i][j].item<double>(), (loss(ahead) - loss(behind)) / (2 * step), 1e-6);
      }
  }
}

TEST(SmoothedLandscape, GradientIsThatOfTheLandscapeAwayFromZeroAndVanishesThere) {
  const SmoothedLandscape smoothed = some_landscape();
  const Tensor x = RandomStreams(6).normal({20, 5}).to(torch::kFloat64) + 1;
  EXPECT_LT((smoothed.gradient(x) - smoothed.population().gradient(x)).abs().max().item<double>(),
            1e-13);
  EXPECT_EQ(smoothed.gradient(torch::zeros({1, 5}, torch::kFloat64)).norm().item<double>(), 0);
  EXPECT_EQ(smoothed.gradient(x.to(torch::kFloat32)).scalar_type(), torch::kFloat32);
}

TEST(SmoothedLandscape, HeightMustBePositive) {
  EXPECT_EQ(error_text<ConfigError>([] { SmoothedLandscape(PopulationLandscape(2), -1); }),
            "the smoothed landscape's height must be positive, but is -1");
}

}  // namespace
}  // namespace sgilo
