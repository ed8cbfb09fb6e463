#include "sgilo/theory/stationary_limit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/theory/polar_grid.h"
#include "sgilo/theory/stationary_law.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr int kScanned = 8000;  // angles

void require_positive(double concentration) {
  if (!(concentration > 0))
    throw ConfigError(concat("the concentration must be positive, but is ", concentration));
}

// d/dt of F_C along the radii that minimise it:
// C L_t - cot t, from -infinity at 0 to infinity at pi.
double slope(const PopulationLandscape& landscape, double concentration, double angle) {
  const double radius = limit_radius(landscape, concentration, angle);
  return concentration * landscape.derivatives({radius, angle}).angle - 1 / std::tan(angle);
}

}  // namespace

double limit_potential(const PopulationLandscape& landscape, double concentration, PolarPoint x) {
  require_positive(concentration);
  return concentration * landscape.loss(x) - std::log(across_axis(x));
}

double limit_radius(const PopulationLandscape& landscape, double concentration, double angle) {
  require_positive(concentration);
  const double cosine = 1 - landscape.loss({1, angle});  // L = 1 - cos t_d where r = 1
  return (cosine + std::sqrt(cosine * cosine + 4 / concentration)) / 2;
}

std::vector<PolarPoint> limit_minima(const PopulationLandscape& landscape, double concentration) {
  require_positive(concentration);
  std::vector<PolarPoint> minima;
  bool falling = true;
  for (int i = 1; i <= kScanned; ++i) {
    double low = kPi * (i - 1) / kScanned, high = kPi * i / kScanned;
    const bool falls = i < kScanned && slope(landscape, concentration, high) < 0;
    if (falling && !falls) {
      for (int halving = 0; halving < 60; ++halving) {
        const double middle = (low + high) / 2;
        (slope(landscape, concentration, middle) < 0 ? low : high) = middle;
      }
      minima.push_back({limit_radius(landscape, concentration, low), low});
    }
    falling = falls;
  }
  return minima;
}

double limit_rate_outside(const PopulationLandscape& landscape, double concentration,
                          double radius) {
  const std::vector<PolarPoint> minima = limit_minima(landscape, concentration);
  double least = std::numeric_limits<double>::infinity(), outside = least;
  const auto consider = [&](PolarPoint x) {
    const double value = limit_potential(landscape, concentration, x);
    least = std::min(least, value);
    if (distance_to_truth(x) >= radius) outside = std::min(outside, value);
    return value;
  };
  for (const PolarPoint x : minima) consider(x);
  for (int i = 1; i < kScanned; ++i) {  // and along the ball's surface
    const PolarPoint x = around_axis_point(1, radius, kPi * i / kScanned);
    outside = std::min(outside, limit_potential(landscape, concentration, x));
  }
  return outside - least;
}

}  // namespace sgilo
