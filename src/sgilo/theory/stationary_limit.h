// Where the stationary law at beta = C n goes for large n: exp(-n F_C) to leading order, with
// F_C(r, t) = C L(r, t) - log r - log sin t (SGILO section 3). Its minimum is where mu
// concentrates; more than one would be a phase transition.
#pragma once

#include "sgilo/theory/population_landscape.h"

namespace sgilo {

// F_C. Concentrations here are positive, and throw ConfigError otherwise.
double limit_potential(const PopulationLandscape& landscape, double concentration, PolarPoint x);

// The radius at which F_C is least for an angle: (c + sqrt(c^2 + 4 / C)) / 2, c = cos t_d.
double limit_radius(const PopulationLandscape& landscape, double concentration, double angle);

// All local minima of F_C, by ascending angle; there is at least one.
std::vector<PolarPoint> limit_minima(const PopulationLandscape& landscape, double concentration);

// What -log mu(|x - x*| > radius) / n tends to: how much higher F_C is outside the ball than at its
// minimum; 0 when that is outside.
double limit_rate_outside(const PopulationLandscape& landscape, double concentration,
                          double radius);

}  // namespace sgilo
