// The prior of the Gaussianised style rows z_l, l = 1..R (docs/mathematics.md, "Style prior"):
// z_l = a + d_l with one shared code a ~ N(0, I) and row deviations d_l ~ N(0, V diag(tau^2) V^T).
// Smoothed by x_t = m x + s noise it stays Gaussian: with y = V^T x, its row mean ybar and
// D = y - ybar,
//   score = -V [ D / (m^2 tau^2 + s^2) + ybar / (m^2 (R + tau^2) + s^2) ].
#pragma once

#include "sgilo/core/state_dict.h"

namespace sgilo {

class StylePrior {
 public:
  // basis V [w, w] orthonormal, deviations tau [w] > 0; rows R.
  StylePrior(std::int64_t rows, Tensor basis, Tensor deviations);
  // The same tau in every direction.
  static StylePrior isotropic(std::int64_t rows, std::int64_t w_dim, double deviation);
  // From style coordinates of inverted images, [M, R, w]: V and tau^2 are the eigenvectors and
  // eigenvalues of the covariance within rows.
  static StylePrior fitted(const Tensor& coordinates);

  // x [N, R, w], mean_scale m and std s [N] of the SDE; the prior itself is m = 1, s = 0.
  Tensor score(const Tensor& x, const Tensor& mean_scale, const Tensor& std) const;

  StateDict state() const;  // "basis", "deviations"
  static StylePrior from_state(std::int64_t rows, const StateDict& state);
  double mean_deviation() const;  // root mean square of tau

 private:
  std::int64_t rows_;
  Tensor basis_, deviations_;
};

}  // namespace sgilo
