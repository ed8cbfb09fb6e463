// Langevin dynamics on the population landscape as n grows at beta = C n. The squared distance
// w = |x_perp|^2 from the axis of x* sums n - 1 coordinates, so the chain loses its noise: with
// a = <x, x*>, r^2 = a^2 + w and k = 1 - p / r (angle_map.h) a step becomes
//   a <- (1 - eta k) a + eta q,   w <- (1 - eta k)^2 w + 2 eta (1 - 1 / n) / C,
// up to fluctuations of order 1 / sqrt(n). It predicts hitting times (B.18) without a constant to
// be fitted, and shows why they do not depend on n.
#pragma once

#include <cstdint>
#include <functional>

#include "sgilo/theory/population_landscape.h"

namespace sgilo {

// A point up to rotations about x*.
struct AxialPoint {
  double along;           // a
  double across_squared;  // w
};
double distance_to_latent(AxialPoint x);  // |x - x*|

struct MeanFieldOptions {
  double concentration = 100;  // C = beta |x*|^2 / n
  double step_size = 0.1;      // eta
  std::int64_t dimension = 0;  // n of the term 1 - 1 / n; 0: infinite
};

AxialPoint mean_field_step(const PopulationLandscape& landscape, const MeanFieldOptions& options,
                           AxialPoint x);

// eta k of the first step at which `reached` holds; infinity when `longest` comes before.
double mean_field_time(const PopulationLandscape& landscape, const MeanFieldOptions& options,
                       AxialPoint start, const std::function<bool(AxialPoint)>& reached,
                       double longest = 1e5);

// Time to leave the saddle, in leading order for large C. The angle u behind x* obeys
// u' = K u^2 / (pi rho) + 1 / (C rho^2 u), which takes u from 0 to infinity in
//   (2 pi / (3 sqrt(3))) (C (pi rho^2 / K)^2)^{1/3}.
double saddle_escape_time(const PopulationLandscape& landscape, double concentration);

}  // namespace sgilo
