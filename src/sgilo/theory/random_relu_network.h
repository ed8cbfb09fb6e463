// A random ReLU network and its inverse problem (SGILO section 3, Appendix A):
//   G(z) = relu(c W_d ... relu(c W_1 z)),  W_i [n_i, n_{i-1}] ~ N(0, 1 / n_i),  c = sqrt(2),
// without biases, so that G(a z) = a G(z) for a >= 0 and |G(z)| ~ |z|. Measurements y = A G(z*)
// without noise, A [m, n_d] ~ N(0, 1 / m) or the identity, z* = s e_1 (the law of W_1 has no
// preferred direction). Loss Lt(z) = |A G(z) - y|^2 / 2 (B.3), which scales like s^2.
#pragma once

#include "sgilo/core/random_streams.h"

namespace sgilo {

// Whether every layer is wider than the one before, as the weight distribution condition needs; by
// how much is a constant that the paper leaves open.
bool expansive(const Shape& widths);

// Throws ConfigError for fewer than two layers and for sizes that are not positive (measurements:
// 0 for the identity).
void require_network_sizes(const Shape& widths, std::int64_t measurements);

class RandomReluNetwork {
 public:
  // widths: n, n_1, ..., n_d. measurements: m; 0: A is the identity. latent_norm: s. type: float32
  // or float64, of everything that goes in and out; both types have the same weights up to
  // rounding. Throws ConfigError as require_network_sizes does.
  RandomReluNetwork(Shape widths, std::int64_t measurements, const RandomStreams& streams,
                    double latent_norm = 1, torch::ScalarType type = torch::kFloat32);

  const Shape& widths() const { return widths_; }
  std::int64_t dimension() const { return widths_.front(); }  // n
  std::int64_t measurements() const { return measurements_.size(0); }
  double latent_norm() const { return latent_norm_; }
  // S = sum_i 1 / n_i + 1 / m, the size of what separates Lt from the population landscape
  // (no 1 / m for the identity).
  double inverse_size() const;
  std::string describe() const;  // "[10, 200, 1000], m = 100"

  Tensor latent() const;                            // z* [n]
  const Tensor& matrix() const { return matrix_; }  // A [m, n_d]; undefined for the identity
  const std::vector<Tensor>& weights() const { return weights_; }  // c W_i [n_i, n_{i-1}]

  // Rows z [chains, n]. Images and measurements are differentiable.
  Tensor apply(const Tensor& z) const;     // G(z) [chains, n_d]
  Tensor measure(const Tensor& z) const;   // A G(z) [chains, m]
  Tensor loss(const Tensor& z) const;      // Lt [chains]
  Tensor gradient(const Tensor& z) const;  // J^T A^T (A G(z) - y) [chains, n], in closed form
  std::pair<Tensor, Tensor> loss_and_gradient(const Tensor& z) const;

  Tensor jacobian() const;             // A J [m, n] at z*, A G(z*) = A J z*
  Tensor hessian_eigenvalues() const;  // of J^T A^T A J at z*: [n] float64, ascending

 private:
  Tensor measured(const Tensor& image) const;         // A x of each row
  std::vector<Tensor> layers(const Tensor& z) const;  // activations of layers 1 to d

  Shape widths_;
  double latent_norm_;
  std::vector<Tensor> weights_;
  Tensor matrix_;
  Tensor measurements_;  // y [m]
};

}  // namespace sgilo
