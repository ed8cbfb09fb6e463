#include "sgilo/theory/polar_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace sgilo {

PolarPoint PolarGrid::at(std::int64_t radius, std::int64_t angle) const {
  return {least_radius + (most_radius - least_radius) * static_cast<double>(radius) /
                             static_cast<double>(radii - 1),
          std::numbers::pi * static_cast<double>(angle) / static_cast<double>(angles - 1)};
}

std::vector<double> grid_maxima(
    const PolarGrid& grid, std::size_t count,
    const std::function<void(PolarPoint x, std::span<double> maxima)>& see) {
  const auto rows = static_cast<std::size_t>(grid.radii);
  std::vector<double> of_rows(rows * count, -std::numeric_limits<double>::infinity());
  at::parallel_for(0, grid.radii, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::span row(of_rows.data() + static_cast<std::size_t>(i) * count, count);
      for (std::int64_t j = 0; j < grid.angles; ++j) see(grid.at(i, j), row);
    }
  });
  std::vector<double> out(of_rows.begin(), of_rows.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = 0; i < of_rows.size(); ++i)
    out[i % count] = std::max(out[i % count], of_rows[i]);
  return out;
}

double distance_to_axis_point(PolarPoint x, double a) {
  const double half = std::sin(x.angle / 2), along = x.radius - a;
  return std::sqrt(along * along + 4 * x.radius * a * half * half);
}

PolarPoint around_axis_point(double a, double distance, double angle) {
  const double along = a + distance * std::cos(angle), across = distance * std::sin(angle);
  return {std::hypot(along, across), std::atan2(across, along)};
}

std::vector<PolarPoint> half_circle(double a, double distance, std::int64_t points) {
  std::vector<PolarPoint> out;
  for (std::int64_t i = 0; i < points; ++i)
    out.push_back(around_axis_point(
        a, distance, std::numbers::pi * static_cast<double>(i) / static_cast<double>(points - 1)));
  return out;
}

}  // namespace sgilo
