#include "sgilo/theory/mean_field.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/theory/chains.h"
#include "sgilo/theory/hitting_time.h"
#include "sgilo/theory/starts.h"

namespace sgilo {
namespace {

TEST(MeanField, StepIsTheExpectationOfTheChainsStep) {
  const PopulationLandscape landscape(3);
  const double eta = 0.1, C = 50;
  const std::int64_t n = 6;
  Tensor x = RandomStreams(2).normal({1, n}).to(torch::kFloat64);
  const auto axial = [](const Tensor& row) {
    return AxialPoint{row[0][0].item<double>(),
                      row.narrow(1, 1, row.size(1) - 1).square().sum().item<double>()};
  };
  const AxialPoint moved = axial(x - eta * landscape.gradient(x));
  const AxialPoint step = mean_field_step(landscape, {C, eta, n}, axial(x));
  EXPECT_NEAR(step.along, moved.along, 1e-14);
  // n - 1 coordinates gain the variance 2 eta / beta each, beta = C n.
  EXPECT_NEAR(step.across_squared, moved.across_squared + 2 * eta / (C * n) * (n - 1), 1e-14);
}

// A thousand dimensions leave fluctuations of 3 % in one chain's time, of 0.3 % in the median.
TEST(MeanField, TimesAreThoseOfChainsInManyDimensions) {
  const PopulationLandscape landscape(2);
  const double eta = 0.05, C = 200;
  const std::int64_t n = 1000;
  const HittingTimes times =
      hitting_times([&](const Tensor& x) { return landscape.gradient(x); },
                    on_the_axis(-landscape.saddle_radius(), 128, n), ball(true_latent(n), 0.2),
                    {eta, C * n, 1000}, RandomStreams(1));
  const double predicted =
      mean_field_time(landscape, {C, eta, n}, {-landscape.saddle_radius(), 0},
                      [](AxialPoint x) { return distance_to_latent(x) < 0.2; });
  EXPECT_NEAR(times.median(), predicted, 0.02 * predicted);
}

TEST(MeanField, NeverComesWhereItDoesNotGo) {
  EXPECT_TRUE(std::isinf(mean_field_time(
      PopulationLandscape(2), {1, 0.1, 0}, {1, 0},
      [](AxialPoint x) { return distance_to_latent(x) > 100; }, 50)));
}

TEST(MeanField, EscapeTimeIsTheIntegralOverTheAngle) {
  const PopulationLandscape landscape(4);
  const double C = 300, rho = landscape.saddle_radius();
  const double a = landscape.saddle_curvature() / (std::numbers::pi * rho), b = 1 / (C * rho * rho);
  // int_0^infinity du / (a u^2 + b / u), by the midpoint rule in s = u / (1 + u).
  double sum = 0;
  const int cells = 200000;
  for (int i = 0; i < cells; ++i) {
    const double s = (i + 0.5) / cells, u = s / (1 - s);
    sum += u / (a * u * u * u + b) / ((1 - s) * (1 - s)) / cells;
  }
  EXPECT_NEAR(saddle_escape_time(landscape, C), sum, 1e-4 * sum);
}

TEST(MeanField, TimesGrowAsTheEscapeTimeOfColdChains) {
  const PopulationLandscape landscape(2);
  const auto time = [&](double C) {
    return mean_field_time(landscape, {C, 0.02, 0}, {-landscape.saddle_radius(), 0},
                           [](AxialPoint x) { return x.along > 0; });
  };
  EXPECT_NEAR(time(8e6) - time(1e6),
              saddle_escape_time(landscape, 8e6) - saddle_escape_time(landscape, 1e6), 1.5);
}

}  // namespace
}  // namespace sgilo
