// Scans of radius and angle for the largest values of functions, in parallel.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "sgilo/theory/population_landscape.h"

namespace sgilo {

// Equal steps of radius and of angle, from 0 to pi, ends included.
struct PolarGrid {
  double least_radius, most_radius;
  std::int64_t radii, angles;  // at least 2 of each
  PolarPoint at(std::int64_t radius, std::int64_t angle) const;
};

// `see` raises `maxima`, `count` numbers that begin at -infinity, by what it finds at a point. It
// is called from several threads, each with numbers of its own.
std::vector<double> grid_maxima(
    const PolarGrid& grid, std::size_t count,
    const std::function<void(PolarPoint x, std::span<double> maxima)>& see);

// |x - a e_1|, a point on the axis of x*.
double distance_to_axis_point(PolarPoint x, double a);
// The point at a distance from a e_1, where the line to it makes an angle with the axis.
PolarPoint around_axis_point(double a, double distance, double angle);
// Such points at equal angles over the half circle, ends included.
std::vector<PolarPoint> half_circle(double a, double distance, std::int64_t points);

}  // namespace sgilo
