#include "sgilo/theory/stationary_law.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "sgilo/core/error.h"
#include "sgilo/theory/polar_grid.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kNegligible = 40;  // a cell this far below the highest counts for nothing
constexpr std::int64_t kSearchCells = 64;

struct Interval {
  double low, high;
  double centre(std::int64_t cell, std::int64_t cells) const {
    return low + (high - low) * (static_cast<double>(cell) + 0.5) / static_cast<double>(cells);
  }
};

// log density at (angle, radius) for one angle and many radii.
using LogDensity = std::function<void(double angle, const std::vector<double>& radii, double* out)>;

struct Grid {
  Interval angle, radius;
  std::vector<double> angles = {}, radii = {};  // centres
  std::vector<double> values = {};              // log densities [angles, radii]
  double highest = 0;
};

Grid grid_of(const LogDensity& density, Interval angle, Interval radius, std::int64_t cells) {
  Grid grid{.angle = angle, .radius = radius};
  for (std::int64_t i = 0; i < cells; ++i) {
    grid.angles.push_back(angle.centre(i, cells));
    grid.radii.push_back(radius.centre(i, cells));
  }
  grid.values.resize(static_cast<std::size_t>(cells * cells));
  at::parallel_for(0, cells, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      density(grid.angles[static_cast<std::size_t>(i)], grid.radii, grid.values.data() + i * cells);
  });
  grid.highest = *std::max_element(grid.values.begin(), grid.values.end());
  return grid;
}

// The part of an interval from `first` to `last` of its cells and one more at each end.
Interval part(Interval whole, std::int64_t first, std::int64_t last) {
  const double cell = (whole.high - whole.low) / static_cast<double>(kSearchCells);
  return {std::max(whole.low, whole.low + cell * static_cast<double>(first - 1)),
          std::min(whole.high, whole.low + cell * static_cast<double>(last + 2))};
}

// A fine grid over the box outside which the density is negligible: shrinks the box about the cells
// that count until it stays.
Grid grid_around_mass(const LogDensity& density, Interval angle, Interval radius,
                      std::int64_t cells) {
  for (double kept = 0; kept < 0.9;) {
    const Grid grid = grid_of(density, angle, radius, kSearchCells);
    std::int64_t first[2] = {kSearchCells, kSearchCells}, last[2] = {0, 0};
    for (std::int64_t i = 0; i < kSearchCells * kSearchCells; ++i) {
      if (grid.values[static_cast<std::size_t>(i)] < grid.highest - kNegligible) continue;
      const std::int64_t at[2] = {i / kSearchCells, i % kSearchCells};
      for (int axis = 0; axis < 2; ++axis) {
        first[axis] = std::min(first[axis], at[axis]);
        last[axis] = std::max(last[axis], at[axis]);
      }
    }
    angle = part(angle, first[0], last[0]);
    radius = part(radius, first[1], last[1]);
    kept = (angle.high - angle.low) * (radius.high - radius.low) /
           ((grid.angle.high - grid.angle.low) * (grid.radius.high - grid.radius.low));
  }
  return grid_of(density, angle, radius, cells);
}

// Turns the values of a grid into masses of sum 1 and returns the logarithm of the integral.
double normalise(Grid& grid) {
  double sum = 0;
  for (double& value : grid.values) sum += value = std::exp(value - grid.highest);
  for (double& value : grid.values) value /= sum;
  const double cell = (grid.angle.high - grid.angle.low) * (grid.radius.high - grid.radius.low) /
                      static_cast<double>(grid.values.size());
  return grid.highest + std::log(sum * cell);
}

}  // namespace

double along_axis(PolarPoint x) { return x.radius * std::cos(x.angle); }
double across_axis(PolarPoint x) { return x.radius * std::sin(x.angle); }
double distance_to_truth(PolarPoint x) { return distance_to_axis_point(x, 1); }

StationaryLaw::StationaryLaw(const PopulationLandscape& landscape, std::int64_t dimension,
                             double inverse_temperature, std::int64_t cells)
    : landscape_(landscape), dimension_(dimension), beta_(inverse_temperature) {
  if (dimension < 2 || !(inverse_temperature > 0))
    throw ConfigError(
        concat("the stationary law's dimension must be at least 2 and its inverse temperature "
               "positive, but they are ",
               dimension, " and ", inverse_temperature));
  const double n = static_cast<double>(dimension);
  // For every angle the density in r falls at least like a normal one of variance 1 / beta about a
  // mode that is at most this.
  largest_radius_ = (1 + std::sqrt(1 + 4 * (n - 1) / beta_)) / 2 + 12 / std::sqrt(beta_);
  const LogDensity density = [&](double angle, const std::vector<double>& radii, double* out) {
    const double cone = landscape_.loss({1, angle});  // 1 - cos t_d
    const double across = (n - 2) * std::log(std::sin(angle));
    for (std::size_t i = 0; i < radii.size(); ++i) {
      const double away = radii[i] - 1;
      out[i] = across + (n - 1) * std::log(radii[i]) - beta_ * (away * away / 2 + radii[i] * cone);
    }
  };
  Grid grid = grid_around_mass(density, {0, kPi}, {0, largest_radius_}, cells);
  log_integral_ = normalise(grid);
  angles_ = std::move(grid.angles);
  radii_ = std::move(grid.radii);
  masses_ = std::move(grid.values);
}

double StationaryLaw::mean(const PolarFunction& value) const {
  double sum = 0;
  const double* mass = masses_.data();
  for (const double angle : angles_)
    for (const double radius : radii_) sum += *mass++ * value({radius, angle});
  return sum;
}

Tensor StationaryLaw::quantiles(const PolarFunction& value, std::int64_t count) const {
  std::vector<std::pair<double, double>> cells;  // value, mass
  cells.reserve(masses_.size());
  const double* mass = masses_.data();
  for (const double angle : angles_)
    for (const double radius : radii_) cells.emplace_back(value({radius, angle}), *mass++);
  std::sort(cells.begin(), cells.end());
  Tensor out = torch::empty({count}, torch::kFloat64);
  double* quantile = out.data_ptr<double>();
  std::size_t cell = 0;
  double below = cells[0].second;
  for (std::int64_t i = 0; i < count; ++i) {
    const double level = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    while (below < level && cell + 1 < cells.size()) below += cells[++cell].second;
    quantile[i] = cells[cell].first;
  }
  return out;
}

double StationaryLaw::log_mass_outside(double radius) const {
  if (!(radius > 0))
    throw ConfigError(concat("the radius of a ball must be positive, but is ", radius));
  const double n = static_cast<double>(dimension_);
  // x = x* + s (cos u, sin u): the same density, with s^{n-1} sin^{n-2} u.
  const LogDensity density = [&](double angle, const std::vector<double>& radii, double* out) {
    const double cosine = std::cos(angle), sine = std::sin(angle);
    const double across = (n - 2) * std::log(sine);
    for (std::size_t i = 0; i < radii.size(); ++i) {
      const double along = 1 + radii[i] * cosine, beside = radii[i] * sine;
      out[i] = across + (n - 1) * std::log(radii[i]) -
               beta_ * landscape_.loss({std::hypot(along, beside), std::atan2(beside, along)});
    }
  };
  Grid grid = grid_around_mass(density, {0, kPi}, {radius, radius + 1 + largest_radius_},
                               static_cast<std::int64_t>(angles_.size()));
  return std::min(0.0, normalise(grid) - log_integral_);
}

Tensor StationaryLaw::draw(std::int64_t count, const RandomStreams& streams) const {
  std::vector<double> below(masses_.size());
  std::partial_sum(masses_.begin(), masses_.end(), below.begin());
  const auto uniform = [&](std::string_view name) {  // 48 random bits
    const Tensor coarse = streams.child(name).child(0).uniform({count}).to(torch::kFloat64);
    return coarse + 0x1p-24 * streams.child(name).child(1).uniform({count});
  };
  const Tensor cell = uniform("cell"), in_angle = uniform("angle"), in_radius = uniform("radius");
  Tensor out = streams.child("direction").normal({count, dimension_}).to(torch::kFloat64);
  const double angle_step = angles_[1] - angles_[0], radius_step = radii_[1] - radii_[0];
  double* row = out.data_ptr<double>();
  for (std::int64_t i = 0; i < count; ++i, row += dimension_) {
    const auto found =
        std::upper_bound(below.begin(), below.end(), cell.data_ptr<double>()[i] * below.back());
    const std::size_t at =
        std::min(static_cast<std::size_t>(found - below.begin()), below.size() - 1);
    const double angle =
        angles_[at / radii_.size()] + angle_step * (in_angle.data_ptr<double>()[i] - 0.5);
    const double radius =
        radii_[at % radii_.size()] + radius_step * (in_radius.data_ptr<double>()[i] - 0.5);
    const double length = std::sqrt(std::inner_product(row + 1, row + dimension_, row + 1, 0.0));
    row[0] = radius * std::cos(angle);
    for (std::int64_t j = 1; j < dimension_; ++j) row[j] *= radius * std::sin(angle) / length;
  }
  return out;
}

}  // namespace sgilo
