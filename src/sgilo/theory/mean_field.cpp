#include "sgilo/theory/mean_field.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "sgilo/theory/angle_map.h"

namespace sgilo {

double distance_to_latent(AxialPoint x) {
  return std::sqrt((x.along - 1) * (x.along - 1) + x.across_squared);
}

AxialPoint mean_field_step(const PopulationLandscape& landscape, const MeanFieldOptions& options,
                           AxialPoint x) {
  const double across = std::sqrt(x.across_squared), radius = std::hypot(x.along, across);
  const AngleTerms terms = angle_terms(std::atan2(across, x.along), landscape.depth());
  const double eta = options.step_size, kept = 1 - eta * (1 - terms.p / radius);
  const double of_dimension =
      options.dimension > 0 ? 1 - 1 / static_cast<double>(options.dimension) : 1;
  return {kept * x.along + eta * terms.q,
          kept * kept * x.across_squared + 2 * eta * of_dimension / options.concentration};
}

double mean_field_time(const PopulationLandscape& landscape, const MeanFieldOptions& options,
                       AxialPoint start, const std::function<bool(AxialPoint)>& reached,
                       double longest) {
  AxialPoint x = start;
  for (std::int64_t step = 0; options.step_size * static_cast<double>(step) <= longest; ++step) {
    if (reached(x)) return options.step_size * static_cast<double>(step);
    x = mean_field_step(landscape, options, x);
  }
  return std::numeric_limits<double>::infinity();
}

double saddle_escape_time(const PopulationLandscape& landscape, double concentration) {
  constexpr double kPi = std::numbers::pi;
  const double rho = landscape.saddle_radius();
  const double slowness = kPi * rho * rho / landscape.saddle_curvature();
  return 2 * kPi / (3 * std::sqrt(3.0)) * std::cbrt(concentration * slowness * slowness);
}

}  // namespace sgilo
