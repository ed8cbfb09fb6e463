// Potential functions that the Langevin diffusion lowers outside a ball around x* (SGILO B.9 and
// B.10): V = Lhat + lambda phi(t) h^{r0, 3 r0/2}(r) 1[t >= pi/2], with
//   phi = -cos t in the paper, which has a kink at a right angle, and
//   phi = cos^2 t repaired: with a continuous gradient, as Ito's formula needs.
// At inverse temperature beta the diffusion's generator is (cal L) V = Lap V - beta <grad Lhat,
// grad V>; one step changes V by (eta / beta) (cal L) V on average, up to O(eta^{3/2}) (B.15).
#pragma once

#include "sgilo/core/random_streams.h"
#include "sgilo/theory/smoothed_landscape.h"

namespace sgilo {

enum class PotentialForm { paper, repaired };

// lambda <= r0^2 / 16 suffices for <grad Lhat, grad V> >= |grad Lhat|^2 / 2 everywhere.
double sufficient_potential_weight(const PopulationLandscape& landscape);
// The largest lambda for which this holds, found on a grid: 0.00238 for two layers.
double largest_potential_weight(const SmoothedLandscape& landscape, PotentialForm form);
// Just below the largest for two to four layers; the sufficient one for more.
double default_potential_weight(const PopulationLandscape& landscape);

class Potential {
 public:
  // weight: lambda. Throws ConfigError unless it is positive.
  Potential(const SmoothedLandscape& landscape, PotentialForm form, double weight);
  Potential(const SmoothedLandscape& landscape, PotentialForm form)
      : Potential(landscape, form, default_potential_weight(landscape.population())) {}

  const SmoothedLandscape& landscape() const { return landscape_; }
  double weight() const { return weight_; }

  double value(PolarPoint x) const;
  Tensor value(const Tensor& x) const;  // rows [N, n]: [N] float64

  // What the diffusion does to V at a point of whatever dimension. At a right angle it is the limit
  // from larger angles.
  struct Slopes {
    PolarDerivatives potential;  // of V
    double descent;              // <grad Lhat, grad V>
  };
  Slopes slopes(PolarPoint x) const;
  // (cal L) V in n dimensions, without the kink's singular part.
  double generator(PolarPoint x, std::int64_t dimension, double inverse_temperature) const;

 private:
  SmoothedLandscape landscape_;
  PotentialForm form_;
  double weight_;
};

// (cal L) V of slopes at a radius.
double diffusion_generator(const Potential::Slopes& slopes, double radius, std::int64_t dimension,
                           double inverse_temperature);

struct Drift {
  double mean, standard_error;
};
// E V(x') - V(x) over one Langevin step on Lhat, by `pairs` draws of the noise with both signs.
Drift one_step_drift(const Potential& potential, PolarPoint x, std::int64_t dimension,
                     double inverse_temperature, double step_size, std::int64_t pairs,
                     const RandomStreams& streams);

}  // namespace sgilo
