// The landscape with the cone at 0 made smooth (SGILO B.8), r0 = rho_d / 2:
//   Lhat = L h1 + xi (1 - h2),  h1 = h^{r0/3, 2 r0/3}(r),  h2 = h^{0, r0}(r).
// Lhat = L for r >= r0; 0 becomes a smooth maximum: for r < r0/3, Lap Lhat = -4 xi n / r0^2.
// xi >= 9/4 makes Lhat_r < 0 on (r0/3, r0) at every depth, so that no stationary point is added.
#pragma once

#include "sgilo/theory/population_landscape.h"

namespace sgilo {

// h^{a,b}(r), 0 <= a < b: 0 up to a, 2 (r - a)^2 / (b - a)^2 up to the middle,
// 1 - 2 (b - r)^2 / (b - a)^2 up to b, 1 beyond. h'' jumps at a, the middle and b.
struct SmoothStep {
  double value, first, second;
};
SmoothStep smooth_step(double r, double a, double b);

class SmoothedLandscape {
 public:
  // height: xi. Throws ConfigError unless it is positive.
  explicit SmoothedLandscape(const PopulationLandscape& landscape, double height = 3);

  const PopulationLandscape& population() const { return landscape_; }
  double height() const { return height_; }
  double inner_radius() const { return landscape_.saddle_radius() / 2; }  // r0

  double loss(PolarPoint x) const;
  PolarDerivatives derivatives(PolarPoint x) const;
  // Rows x [N, n], float32 or float64: [N, n] of the same type. Without history.
  Tensor gradient(const Tensor& x) const;

 private:
  PopulationLandscape landscape_;
  double height_;
};

}  // namespace sgilo
