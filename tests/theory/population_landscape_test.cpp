#include "sgilo/theory/population_landscape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;

Tensor some_points(std::int64_t dimension) {
  return RandomStreams(3).normal({40, dimension}).to(torch::kFloat64);
}

// L from its definition with arccosines.
double loss_by_definition(const Tensor& x, int depth) {
  const double r = x.norm().item<double>();
  double t = std::acos(x[0].item<double>() / r);
  for (int layer = 0; layer < depth; ++layer)
    t = std::acos(((kPi - t) * std::cos(t) + std::sin(t)) / kPi);
  return r * r / 2 - r * std::cos(t) + 0.5;
}

double loss_by_definition(PolarPoint x, int depth) {
  return loss_by_definition(
      torch::tensor({x.radius * std::cos(x.angle), x.radius * std::sin(x.angle)}, torch::kFloat64),
      depth);
}

TEST(PopulationLandscape, IsItsDefinition) {
  for (const int depth : {2, 3, 5}) {
    const PopulationLandscape landscape(depth);
    const Tensor x = some_points(4), loss = landscape.loss(x);
    for (std::int64_t i = 0; i < x.size(0); ++i)
      EXPECT_NEAR(loss[i].item<double>(), loss_by_definition(x[i], depth), 1e-12);
  }
}

TEST(PopulationLandscape, GradientIsTheDifferencesOfTheDefinition) {
  constexpr double kStep = 1e-5;
  for (const int depth : {2, 4}) {
    const Tensor x = some_points(5), gradient = PopulationLandscape(depth).gradient(x);
    for (std::int64_t i = 0; i < x.size(0); ++i)
      for (std::int64_t j = 0; j < x.size(1); ++j) {
        const auto moved = [&](double by) {
          Tensor other = x[i].clone();
          other[j] += by;
          return loss_by_definition(other, depth);
        };
        EXPECT_NEAR(gradient[i][j].item<double>(), (moved(kStep) - moved(-kStep)) / (2 * kStep),
                    1e-8);
      }
  }
}

TEST(PopulationLandscape, PolarDerivativesAreTheDifferencesOfTheDefinition) {
  constexpr double kStep = 1e-4;
  for (const int depth : {2, 3})
    for (const PolarPoint x : {PolarPoint{0.3, 0.4}, {1.1, 1.5}, {0.7, 2.9}}) {
      const auto moved = [&](double radius, double angle) {
        return loss_by_definition(PolarPoint{x.radius + radius * kStep, x.angle + angle * kStep},
                                  depth);
      };
      const PolarDerivatives f = PopulationLandscape(depth).derivatives(x);
      const double here = moved(0, 0);
      EXPECT_NEAR(f.radius, (moved(1, 0) - moved(-1, 0)) / (2 * kStep), 1e-7);
      EXPECT_NEAR(f.angle, (moved(0, 1) - moved(0, -1)) / (2 * kStep), 1e-7);
      EXPECT_NEAR(f.radius_radius, (moved(1, 0) - 2 * here + moved(-1, 0)) / (kStep * kStep), 1e-6);
      EXPECT_NEAR(f.angle_angle, (moved(0, 1) - 2 * here + moved(0, -1)) / (kStep * kStep), 1e-6);
      EXPECT_NEAR(f.radius_angle,
                  (moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)) / (4 * kStep * kStep),
                  1e-6);
      EXPECT_NEAR(f.cotangent_angle, f.angle / std::tan(x.angle), 1e-12);
    }
}

// The Laplacian in Cartesian coordinates, by differences of the gradient.
TEST(PopulationLandscape, LaplacianAndCurvaturesAreTheTraceOfTheHessian) {
  constexpr double kStep = 1e-5;
  constexpr std::int64_t kDimension = 6;
  const PopulationLandscape landscape(3);
  const Tensor x = some_points(kDimension), points = polar_of(x);
  Tensor trace = torch::zeros({x.size(0)}, torch::kFloat64);
  for (std::int64_t j = 0; j < kDimension; ++j) {
    Tensor step = torch::zeros({kDimension}, torch::kFloat64);
    step[j] = kStep;
    trace +=
        (landscape.gradient(x + step) - landscape.gradient(x - step)).select(1, j) / (2 * kStep);
  }
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const PolarPoint point{points[i][0].item<double>(), points[i][1].item<double>()};
    EXPECT_NEAR(laplacian(landscape.derivatives(point), point.radius, kDimension),
                trace[i].item<double>(), 1e-7);
    const auto [radial, towards, across] = landscape.curvatures(point);
    EXPECT_NEAR(radial + towards + (kDimension - 2) * across, trace[i].item<double>(), 1e-7);
    EXPECT_LE(std::max(towards, across), 1);
  }
}

TEST(PopulationLandscape, GradientNormIsThatOfTheGradient) {
  const PopulationLandscape landscape(2);
  const Tensor x = some_points(7), points = polar_of(x), norms = landscape.gradient(x).norm(2, 1);
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const PolarPoint point{points[i][0].item<double>(), points[i][1].item<double>()};
    EXPECT_NEAR(std::sqrt(gradient_norm_squared(landscape.derivatives(point), point.radius)),
                norms[i].item<double>(), 1e-12);
  }
}

TEST(PopulationLandscape, SaddlesLieWhereHandAndVoroninskiFoundThem) {
  const std::vector<double> radii{0.318310, 0.493731, 0.604826, 0.680954, 0.735946},
      curvatures{0.5, 0.301558, 0.200345, 0.141595, 0.104559};
  for (std::size_t i = 0; i < radii.size(); ++i) {
    const PopulationLandscape landscape(static_cast<int>(i) + 2);
    EXPECT_NEAR(landscape.saddle_radius(), radii[i], 1e-6);
    EXPECT_NEAR(landscape.saddle_curvature(), curvatures[i], 1e-6);
    const PolarPoint saddle{landscape.saddle_radius(), kPi};
    EXPECT_NEAR(landscape.loss(saddle), (1 - radii[i] * radii[i]) / 2, 1e-6);
    EXPECT_NEAR(gradient_norm_squared(landscape.derivatives(saddle), saddle.radius), 0, 1e-28);
  }
}

// 0 is a cone: along every direction the loss falls at the rate cos t_d > 0.
TEST(PopulationLandscape, FallsFromZeroInEveryDirection) {
  const PopulationLandscape landscape(2);
  for (double t = 0; t <= kPi; t += 0.3) {
    const double slope = (landscape.loss(PolarPoint{1e-6, t}) - 0.5) / 1e-6;
    EXPECT_LE(slope, -landscape.saddle_radius() + 1e-5);
  }
}

TEST(PopulationLandscape, IsTheSameInBothTypes) {
  const PopulationLandscape landscape(3);
  const Tensor x = some_points(9), single = x.to(torch::kFloat32);
  EXPECT_EQ(landscape.gradient(single).scalar_type(), torch::kFloat32);
  EXPECT_LT((landscape.gradient(single) - landscape.gradient(x)).abs().max().item<double>(), 1e-6);
  EXPECT_LT((landscape.loss(single) - landscape.loss(x)).abs().max().item<double>(), 2e-6);
}

TEST(PopulationLandscape, SaysWhatItCannotTake) {
  EXPECT_EQ(error_text<ConfigError>([] { PopulationLandscape(1); }),
            "the landscape's depth must be at least 2, but is 1: with one layer the saddle behind "
            "x* has radius 0 and falls into the cone at 0");
  EXPECT_EQ(error_text<ConfigError>([] { PopulationLandscape(2).loss(torch::zeros({3})); }),
            "rows of the landscape must be a matrix of real numbers on the CPU");
}

TEST(PolarOf, KeepsTheDigitsOfSmallAngles) {
  const Tensor x = torch::tensor({{1.0, 1e-9, 0.0}, {-2.0, 0.0, 0.0}}, torch::kFloat64);
  const Tensor points = polar_of(x);
  EXPECT_NEAR(points[0][1].item<double>(), 1e-9, 1e-24);
  EXPECT_EQ(points[1][0].item<double>(), 2);
  EXPECT_EQ(points[1][1].item<double>(), kPi);
}

}  // namespace
}  // namespace sgilo
