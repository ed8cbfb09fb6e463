// Quadrature in polar coordinates against sums over a Cartesian grid, which know nothing of them.
#include "sgilo/theory/stationary_law.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/theory/stationary_limit.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;

// L by its definition, |x|^2 / 2 - |x| cos t_d + 1 / 2 with t_{i+1} = arccos(...).
double plain_loss(double along, double across, int depth) {
  const double radius = std::hypot(along, across);
  double angle = std::atan2(across, along);
  for (int layer = 0; layer < depth; ++layer)
    angle =
        std::acos(std::clamp(((kPi - angle) * std::cos(angle) + std::sin(angle)) / kPi, -1.0, 1.0));
  return radius * radius / 2 - radius * std::cos(angle) + 0.5;
}

struct Sums {
  double cosine = 0, distance = 0, mass_outside = 0;
};

// Over the cells of [-2.5, 3.5] x [-3, 3]^2, the same for every angle about the axis.
Sums sums_in_three_dimensions(int depth, double beta, double ball) {
  constexpr int kCells = 120;
  const auto at = [](double low, int i) { return low + 6 * (i + 0.5) / kCells; };
  Sums sums;
  double total = 0;
  for (int i = 0; i < kCells; ++i)
    for (int j = kCells / 2; j < kCells; ++j)
      for (int k = kCells / 2; k < kCells; ++k) {
        const double a = at(-2.5, i), b = std::hypot(at(-3, j), at(-3, k));
        const double weight = std::exp(-beta * plain_loss(a, b, depth));
        const double distance = std::hypot(a - 1, b);
        total += weight;
        sums.cosine += weight * a / std::hypot(a, b);
        sums.distance += weight * distance;
        // The part of a cell that lies outside, about.
        sums.mass_outside += weight * std::clamp((distance - ball) * kCells / 6 + 0.5, 0.0, 1.0);
      }
  return {sums.cosine / total, sums.distance / total, sums.mass_outside / total};
}

double cosine(PolarPoint x) { return std::cos(x.angle); }

TEST(StationaryLaw, HasTheMomentsOfACartesianSumInThreeDimensions) {
  for (const int depth : {2, 3})
    for (const double beta : {6.0, 24.0}) {
      const StationaryLaw law(PopulationLandscape(depth), 3, beta);
      const Sums sums = sums_in_three_dimensions(depth, beta, 0.8);
      EXPECT_NEAR(law.mean(cosine), sums.cosine, 1e-4);
      EXPECT_NEAR(law.mean(distance_to_truth), sums.distance, 1e-4);
      EXPECT_NEAR(std::exp(law.log_mass_outside(0.8)), sums.mass_outside, 5e-4);
    }
}

TEST(StationaryLaw, DoesNotDependOnItsGrid) {
  for (const double beta : {2.0, 100.0, 1e4, 1e7}) {
    const PopulationLandscape landscape(2);
    const StationaryLaw coarse(landscape, 20, beta, 200), fine(landscape, 20, beta, 500);
    EXPECT_NEAR(coarse.mean(distance_to_truth) / fine.mean(distance_to_truth), 1, 1e-5);
    EXPECT_NEAR(coarse.mean(cosine), fine.mean(cosine), 1e-6);
    const double radius = 3 / std::sqrt(beta / 20);
    EXPECT_NEAR(coarse.log_mass_outside(radius), fine.log_mass_outside(radius), 0.01);
  }
}

// Where beta is so large that the curvature is 1 all over, the distance has a chi law.
TEST(StationaryLaw, IsNormalAtAVeryLargeInverseTemperature) {
  for (const int n : {5, 20, 100}) {
    const double beta = 1e6 * n;
    const StationaryLaw law(PopulationLandscape(2), n, beta);
    const double chi =
        std::sqrt(2 / beta) * std::exp(std::lgamma((n + 1) / 2.0) - std::lgamma(n / 2.0));
    EXPECT_NEAR(law.mean(distance_to_truth) / chi, 1, 2e-3);
    EXPECT_NEAR(law.mean(along_axis), 1, 1e-4);
  }
}

TEST(StationaryLaw, MassOutsideABallIsThatOfItsCellsAndMayBeTooSmallForANumber) {
  const StationaryLaw law(PopulationLandscape(2), 20, 200);
  for (const double radius : {0.2, 0.35, 0.6}) {
    const double cells =
        law.mean([&](PolarPoint x) { return distance_to_truth(x) > radius ? 1.0 : 0.0; });
    EXPECT_NEAR(law.log_mass_outside(radius), std::log(cells), 0.02) << radius;
  }
  EXPECT_EQ(law.log_mass_outside(1e-6), 0);
  const StationaryLaw narrow(PopulationLandscape(2), 2000, 200000);
  EXPECT_LT(narrow.log_mass_outside(0.3), -1000);
  EXPECT_TRUE(std::isfinite(narrow.log_mass_outside(0.3)));
}

TEST(StationaryLaw, QuantilesAscendAndAverageToTheMean) {
  const StationaryLaw law(PopulationLandscape(3), 10, 50);
  const Tensor quantiles = law.quantiles(across_axis, 4001);
  EXPECT_TRUE((quantiles.diff() >= 0).all().item<bool>());
  EXPECT_NEAR(quantiles.mean().item<double>(), law.mean(across_axis), 1e-4);
  const double median = quantiles[2000].item<double>();
  EXPECT_NEAR(law.mean([&](PolarPoint x) { return across_axis(x) <= median ? 1.0 : 0.0; }), 0.5,
              1e-3);
}

TEST(StationaryLaw, DrawsDependOnTheirStreamAlone) {
  const StationaryLaw law(PopulationLandscape(2), 6, 60);
  EXPECT_TRUE(torch::equal(law.draw(50, RandomStreams(1)), law.draw(50, RandomStreams(1))));
  EXPECT_FALSE(torch::equal(law.draw(50, RandomStreams(1)), law.draw(50, RandomStreams(2))));
}

TEST(StationaryLaw, RefusesWhatIsNoLaw) {
  const PopulationLandscape landscape(2);
  EXPECT_EQ(error_text<ConfigError>([&] { StationaryLaw(landscape, 1, 3); }),
            "the stationary law's dimension must be at least 2 and its inverse temperature "
            "positive, but they are 1 and 3");
  EXPECT_EQ(error_text<ConfigError>([&] { StationaryLaw(landscape, 3, 3).log_mass_outside(0); }),
            "the radius of a ball must be positive, but is 0");
}

TEST(PolarPoint, HasTheCoordinatesOfItsPointInThePlane) {
  for (const double radius : {0.3, 1.0, 1.7})
    for (const double angle : {0.0, 1e-9, 0.4, 2.5, kPi}) {
      const PolarPoint x{radius, angle};
      EXPECT_NEAR(std::hypot(along_axis(x), across_axis(x)), radius, 1e-14);
      EXPECT_NEAR(distance_to_truth(x), std::hypot(along_axis(x) - 1, across_axis(x)), 1e-14);
    }
}

TEST(StationaryLimit, IsTheLowestPointOfAGrid) {
  for (const int depth : {2, 4})
    for (const double concentration : {0.3, 1.0, 20.0}) {
      const PopulationLandscape landscape(depth);
      double least = INFINITY, best_radius = 0, best_angle = 0;
      for (int i = 1; i < 600; ++i)
        for (int j = 1; j < 600; ++j) {
          const double angle = kPi * i / 600, radius = 4.0 * j / 600;
          const double a = radius * std::cos(angle), b = radius * std::sin(angle);
          const double value = concentration * plain_loss(a, b, depth) - std::log(b);
          if (value < least) least = value, best_radius = radius, best_angle = angle;
        }
      const auto minima = limit_minima(landscape, concentration);
      ASSERT_EQ(minima.size(), 1U);
      EXPECT_NEAR(minima[0].radius, best_radius, 0.02);
      EXPECT_NEAR(minima[0].angle, best_angle, 0.02);
      const double value = limit_potential(landscape, concentration, minima[0]);
      EXPECT_LE(value, least + 1e-12);
      EXPECT_NEAR(value, least, 1e-3);
    }
}

TEST(StationaryLimit, IsApproachedLikeOneOverTheDimension) {
  const PopulationLandscape landscape(2);
  for (const double concentration : {1.0, 10.0}) {
    const double limit = std::cos(limit_minima(landscape, concentration)[0].angle);
    const auto error = [&](int n) {
      return StationaryLaw(landscape, n, concentration * n).mean(cosine) - limit;
    };
    EXPECT_LT(std::abs(error(400)), 0.01);
    EXPECT_NEAR(error(100) / error(400), 4, 0.2);
  }
}

TEST(StationaryLimit, RateOutsideABallIsThatOfTheMass) {
  const PopulationLandscape landscape(2);
  const auto log_mass = [&](int n) {
    return StationaryLaw(landscape, n, 50.0 * n).log_mass_outside(0.25);
  };
  EXPECT_NEAR((log_mass(800) - log_mass(1600)) / 800 / limit_rate_outside(landscape, 50, 0.25), 1,
              0.01);
  EXPECT_EQ(limit_rate_outside(landscape, 10, 0.2), 0);  // the minimum itself lies outside
  EXPECT_EQ(error_text<ConfigError>([&] { limit_minima(landscape, 0); }),
            "the concentration must be positive, but is 0");
}

}  // namespace
}  // namespace sgilo
