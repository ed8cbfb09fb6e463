// Exact draws against the quadrature that they come from.
#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/theory/axial_bounds.h"
#include "sgilo/theory/population_landscape.h"
#include "support/expect_sampler_matches.h"

namespace sgilo {
namespace {

double cosine(PolarPoint x) { return std::cos(x.angle); }

// Mean and covariance of the law: nothing but a and b matters, and b has no preferred direction.
TEST(StationaryLaw, DrawsHaveItsMeanAndAnUndirectedCovariance) {
  for (const double beta : {8.0, 400.0}) {
    const std::int64_t n = 4;
    const StationaryLaw law(PopulationLandscape(2), n, beta);
    const double along = law.mean(along_axis);
    const auto square = [](double x) { return x * x; };
    Tensor mean = torch::zeros({n}, torch::kFloat64);
    mean[0] = along;
    Tensor variance =
        torch::full({n}, law.mean([&](PolarPoint x) { return square(across_axis(x)); }) / (n - 1),
                    torch::kFloat64);
    variance[0] = law.mean([&](PolarPoint x) { return square(along_axis(x) - along); });
    expect_draws_match(law.draw(40000, RandomStreams(4)), mean, torch::diag(variance));
  }
}

// A value's share of draws below its quantiles; five standard errors: false alarms below 1e-5.
TEST(StationaryLaw, DrawsFallBelowAQuantileAsOftenAsItSays) {
  const StationaryLaw law(PopulationLandscape(3), 10, 30);
  const std::int64_t draws = 40000;
  const Tensor polar = polar_of(law.draw(draws, RandomStreams(5)));
  const Tensor cosines = polar.select(1, 1).cos();
  const Tensor quantiles = law.quantiles(cosine, 9);  // at 1/18, 3/18, ...
  for (int i = 0; i < 9; ++i) {
    const double level = (i + 0.5) / 9;
    const double share = (cosines <= quantiles[i]).to(torch::kFloat64).mean().item<double>();
    EXPECT_NEAR(share, level, 5 * std::sqrt(level * (1 - level) / static_cast<double>(draws)));
  }
}

// The mean of the chain's own stationary equation: E <grad L, x> = n / beta, by parts.
TEST(StationaryLaw, ObeysTheVirialTheorem) {
  const std::int64_t n = 12, draws = 40000;
  const double beta = 24;
  const PopulationLandscape landscape(2);
  const StationaryLaw law(landscape, n, beta);
  EXPECT_NEAR(law.mean([&](PolarPoint x) { return x.radius * landscape.derivatives(x).radius; }),
              static_cast<double>(n) / beta, 1e-6);
  const Tensor x = law.draw(draws, RandomStreams(6));
  const Tensor products = (landscape.gradient(x) * x).sum(1);
  EXPECT_NEAR(products.mean().item<double>(), static_cast<double>(n) / beta,
              5 * products.std().item<double>() / std::sqrt(static_cast<double>(draws)));
}

}  // namespace
}  // namespace sgilo
