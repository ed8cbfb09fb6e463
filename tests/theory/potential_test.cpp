#include "sgilo/theory/potential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/theory/polar_grid.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;

SmoothedLandscape landscape_of(int depth) { return SmoothedLandscape(PopulationLandscape(depth)); }

class EitherPotential : public ::testing::TestWithParam<PotentialForm> {};
INSTANTIATE_TEST_SUITE_P(Forms, EitherPotential,
                         ::testing::Values(PotentialForm::paper, PotentialForm::repaired));

TEST_P(EitherPotential, IsTheLossUpToARightAngleAndHigherBehind) {
  const Potential potential(landscape_of(2), GetParam());
  EXPECT_EQ(potential.value({0.7, 1.5}), potential.landscape().loss({0.7, 1.5}));
  EXPECT_NEAR(potential.value({0.7, kPi}),
              potential.landscape().loss({0.7, kPi}) + potential.weight(), 1e-15);
  EXPECT_EQ(potential.value({0.1, kPi}), potential.landscape().loss({0.1, kPi}));
}

// (cal L) V by differences of V and of Lhat in Cartesian coordinates of n = 3.
TEST_P(EitherPotential, GeneratorIsTheDifferencesOfTheValue) {
  constexpr double kBeta = 300;
  // A large weight, so that the bump counts.
  const Potential potential(landscape_of(3), GetParam(), 0.5);
  const double r0 = potential.landscape().inner_radius(), step = 1e-4 * r0;
  for (const double radius : {0.2 * r0, 0.8 * r0, 1.1 * r0, 1.4 * r0, 1.0})
    for (const double angle : {0.5, 1.8, 3.0}) {
      const Tensor x =
          radius * torch::tensor({{std::cos(angle), 0.6 * std::sin(angle), 0.8 * std::sin(angle)}},
                                 torch::kFloat64);
      const auto loss = [&](const Tensor& row) {
        const Tensor point = polar_of(row);
        return potential.landscape().loss({point[0][0].item<double>(), point[0][1].item<double>()});
      };
      const double here = potential.value(x).item<double>();
      double laplacian = 0, product = 0;
      for (int j = 0; j < 3; ++j) {
        Tensor ahead = x.clone(), behind = x.clone();
        ahead[0][j] += step;
        behind[0][j] -= step;
        const double after = potential.value(ahead).item<double>(),
                     before = potential.value(behind).item<double>();
        laplacian += (after - 2 * here + before) / (step * step);
        product += (after - before) * (loss(ahead) - loss(behind)) / (4 * step * step);
      }
      const double expected = laplacian - kBeta * product;
      EXPECT_NEAR(potential.generator({radius, angle}, 3, kBeta), expected,
                  1e-4 * (1 + std::abs(expected)));
    }
}

TEST_P(EitherPotential, FallsAtLeastHalfAsFastAsTheLossUnderAnAdmissibleWeight) {
  for (const int depth : {2, 3, 4, 6}) {
    const SmoothedLandscape landscape = landscape_of(depth);
    const Potential potential(landscape, GetParam());
    const auto worst =
        grid_maxima({0.01, 2, 200, 201}, 1, [&](PolarPoint x, std::span<double> maxima) {
          const double half = gradient_norm_squared(landscape.derivatives(x), x.radius) / 2;
          maxima[0] = std::max(maxima[0], half - potential.slopes(x).descent);
        });
    EXPECT_LE(worst[0], 1e-15) << "depth " << depth;
  }
}

TEST_P(EitherPotential, LargestWeightIsBetweenTheSufficientAndWhatFails) {
  for (const int depth : {2, 3, 4}) {
    const SmoothedLandscape landscape = landscape_of(depth);
    const double largest = largest_potential_weight(landscape, GetParam());
    EXPECT_GT(largest, sufficient_potential_weight(landscape.population()));
    EXPECT_GT(largest, default_potential_weight(landscape.population()));
    const Potential beyond(landscape, GetParam(), 1.02 * largest);
    const double r0 = landscape.inner_radius();
    const auto worst =
        grid_maxima({r0, 1.5 * r0, 400, 401}, 1, [&](PolarPoint x, std::span<double> maxima) {
          const double half = gradient_norm_squared(landscape.derivatives(x), x.radius) / 2;
          maxima[0] = std::max(maxima[0], half - beyond.slopes(x).descent);
        });
    EXPECT_GT(worst[0], 0);
  }
}

// Lap V at the saddle: 1 - lambda (n - 1) / rho^2, twice that with cos^2.
TEST(Potential, HasItsClosedFormAtTheSaddle) {
  const SmoothedLandscape landscape = landscape_of(2);
  const double rho = landscape.population().saddle_radius();
  const Potential paper(landscape, PotentialForm::paper),
      repaired(landscape, PotentialForm::repaired);
  const double bend = paper.weight() * 49 / (rho * rho);
  EXPECT_NEAR(paper.generator({rho, kPi}, 50, 6000), 1 - bend, 1e-9);
  EXPECT_NEAR(repaired.generator({rho, kPi}, 50, 6000), 1 - 2 * bend, 1e-9);
}

// On xi (1 - 2 r^2 / r0^2) a step is exact: E V(x') = V((1 + eta w) x) - w n eta / beta, with
// w = 4 xi / r0^2.
TEST(Potential, DriftIsExactWhereItIsQuadratic) {
  const Potential potential(landscape_of(2), PotentialForm::repaired);
  const double r0 = potential.landscape().inner_radius(), bend = 4 * 3 / (r0 * r0);
  constexpr double kBeta = 1e7, kStep = 1e-5;
  constexpr std::int64_t kDimension = 10;
  const PolarPoint x{r0 / 5, 2};
  const PolarPoint pushed{(1 + kStep * bend) * x.radius, x.angle};
  const double expected = potential.value(pushed) - potential.value(x) -
                          bend * static_cast<double>(kDimension) * kStep / kBeta;
  const Drift seen = one_step_drift(potential, x, kDimension, kBeta, kStep, 2000, RandomStreams(1));
  EXPECT_NEAR(seen.mean, expected, 5 * seen.standard_error + 1e-13);
  EXPECT_LT(seen.standard_error, 1e-3 * std::abs(expected));
}

TEST(Potential, WeightMustBePositive) {
  EXPECT_EQ(error_text<ConfigError>([] { Potential(landscape_of(2), PotentialForm::paper, 0); }),
            "the potential's weight must be positive, but is 0");
}

}  // namespace
}  // namespace sgilo
