// The loss of a random ReLU network as its widths and measurements grow (SGILO B.4 and B.5), with
// the true latent at x* = e_1, |x*| = 1:  L(x) = r^2 / 2 - r cos t_d + 1 / 2,  r = |x|,
// t = angle(x, e_1), t_d = g^{od}(t). In closed forms without the paper's singular polar terms:
// grad L = x - q e_1 - p x / r, with q and p of angle_map.h. Stationary points: x*, the saddle
// -rho x* and the cone at 0, whose gradient is undefined (here -q e_1).
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// A point up to rotations about the axis of x*: what every function of the landscape depends on.
struct PolarPoint {
  double radius;
  double angle;  // to x*, in [0, pi]
};

// Partial derivatives of a function of radius and angle, and cot(t) f_t in its own closed form.
struct PolarDerivatives {
  double radius, angle;
  double radius_radius, angle_angle, radius_angle;
  double cotangent_angle;
};

// |grad f|^2 = f_r^2 + (f_t / r)^2.
double gradient_norm_squared(const PolarDerivatives& f, double radius);
// Lap f = f_rr + (n - 1) f_r / r + f_tt / r^2 + (n - 2) cot(t) f_t / r^2 in n dimensions (B.1).
double laplacian(const PolarDerivatives& f, double radius, std::int64_t dimension);

// Radius and angle of each row of x [N, n], float32 or float64: [N, 2] float64.
Tensor polar_of(const Tensor& x);

class PopulationLandscape {
 public:
  // Throws ConfigError for a depth below 2: with one layer the saddle falls into the cone at 0.
  explicit PopulationLandscape(int depth);

  int depth() const { return depth_; }
  double saddle_radius() const { return saddle_radius_; }        // rho_d = cos g^{od}(pi)
  double saddle_curvature() const { return saddle_curvature_; }  // K_d: |grad L| ~ (K / pi) u^2

  double loss(PolarPoint x) const;
  PolarDerivatives derivatives(PolarPoint x) const;

  // Eigenvalues of the Hessian: along x, towards x*, and n - 2 across both. All are at most 1.
  struct Curvatures {
    double radial, towards, across;
  };
  Curvatures curvatures(PolarPoint x) const;

  // Rows x [N, n], float32 or float64: [N] and [N, n] of the same type. Without history.
  Tensor loss(const Tensor& x) const;
  Tensor gradient(const Tensor& x) const;

 private:
  int depth_;
  double saddle_radius_, saddle_curvature_;
};

}  // namespace sgilo
