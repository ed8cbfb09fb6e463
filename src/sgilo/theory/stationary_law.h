// The stationary law mu ~ exp(-beta L) of Langevin on the population landscape, by quadrature: in
// radius and angle to x* its density is exp(-beta L) r^{n-1} sin^{n-2} t, and the direction across
// the axis of x* is uniform (SGILO 3.1, B.4). A midpoint grid over the box that holds all but
// e^{-40} of the density's height, in logarithms,
// so that neither a large n nor a large beta loses digits.
#pragma once

#include <functional>

#include "sgilo/core/random_streams.h"
#include "sgilo/theory/population_landscape.h"

namespace sgilo {

using PolarFunction = std::function<double(PolarPoint)>;

double along_axis(PolarPoint x);         // <x, x*>
double across_axis(PolarPoint x);        // what is left of x beside the axis
double distance_to_truth(PolarPoint x);  // |x - x*|

class StationaryLaw {
 public:
  // `cells` of the grid in each direction. Throws ConfigError for a dimension below 2 or an inverse
  // temperature that is not positive.
  StationaryLaw(const PopulationLandscape& landscape, std::int64_t dimension,
                double inverse_temperature, std::int64_t cells = 600);

  std::int64_t dimension() const { return dimension_; }
  double inverse_temperature() const { return beta_; }

  double mean(const PolarFunction& value) const;
  // Quantiles of a value at (i + 1/2) / count, ascending: [count] float64.
  Tensor quantiles(const PolarFunction& value, std::int64_t count) const;
  // log of mu(|x - x*| > radius), also where the mass itself is no number: by a grid of its own in
  // polar coordinates about x*. Throws ConfigError for a radius that is not positive.
  double log_mass_outside(double radius) const;
  // Independent draws [count, n] float64: a cell by its mass, a place in it, a direction.
  Tensor draw(std::int64_t count, const RandomStreams& streams) const;

 private:
  PopulationLandscape landscape_;
  std::int64_t dimension_;
  double beta_;
  double largest_radius_;               // beyond lies nothing that counts
  std::vector<double> angles_, radii_;  // centres of the cells
  std::vector<double> masses_;          // [angles, radii], of sum 1
  double log_integral_;                 // of the density in (r, t)
};

}  // namespace sgilo
