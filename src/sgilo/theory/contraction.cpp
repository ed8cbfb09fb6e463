#include "sgilo/theory/contraction.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "sgilo/theory/polar_grid.h"

namespace sgilo {

LeastCurvature least_curvature(const PopulationLandscape& landscape, double radius) {
  constexpr int kRings = 20, kPoints = 2001;
  LeastCurvature least{
      .value = std::numeric_limits<double>::infinity(), .at = {1, 0}, .towards = true};
  for (int ring = 1; ring <= kRings; ++ring)
    for (const PolarPoint x : half_circle(1, radius * ring / kRings, kPoints)) {
      const PopulationLandscape::Curvatures c = landscape.curvatures(x);
      const double smaller = std::min(c.towards, c.across);
      if (smaller < least.value)
        least = {.value = smaller, .at = x, .towards = c.towards <= c.across};
    }
  return least;
}

double contraction_bound(double step_size, double smoothness, double convexity) {
  return 1 - step_size * smoothness * convexity / (smoothness + convexity);
}

double folded_normal_cdf(double x, double mean, double std) {
  const double scale = 1 / (std * std::numbers::sqrt2);
  // Phi((x - mean) / std) - Phi((-x - mean) / std), mean >= 0, by the tail that keeps its digits.
  mean = std::abs(mean);
  if (x <= 0) return 0;
  return (std::erfc((mean - x) * scale) - std::erfc((mean + x) * scale)) / 2;
}

}  // namespace sgilo
