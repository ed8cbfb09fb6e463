// Near x* a gradient step contracts (SGILO B.20), so that chains stay near (B.21).
#pragma once

#include "sgilo/theory/population_landscape.h"

namespace sgilo {

// Least curvature mu of the population loss in the ball |x - x*| <= R, and where it is. The
// greatest is 1 everywhere.
struct LeastCurvature {
  double value;
  PolarPoint at;
  bool towards;  // of the direction towards x*; otherwise of those across x and x*
};
LeastCurvature least_curvature(const PopulationLandscape& landscape, double radius);

// B.20: |F(x) - F(y)| <= (1 - eta s mu / (s + mu)) |x - y| for F = id - eta grad H, H s-smooth and
// mu-strongly convex, eta <= 2 / (s + mu).
double contraction_bound(double step_size, double smoothness, double convexity);

// Pr[|N(mean, std^2)| <= x]: falls as |mean| grows (B.22).
double folded_normal_cdf(double x, double mean, double std);

}  // namespace sgilo
