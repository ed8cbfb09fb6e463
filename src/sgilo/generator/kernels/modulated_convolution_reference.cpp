#include "sgilo/generator/kernels/modulated_convolution.h"

namespace sgilo {
namespace {

Tensor scaled(const Tensor& x, const Tensor& styles) {
  return x * styles.to(x.scalar_type()).unsqueeze(-1).unsqueeze(-1);
}

// out[2q+r] = sum_delta F_r[delta] x[q+delta], F_r[delta] = sum_k f[k - r + 1 + 2 delta] W[k], f =
// [1,3,3,1]/4: rows (r, delta), columns k.
Tensor phase_matrix(const torch::TensorOptions& options) {
  const double f[4] = {0.25, 0.75, 0.75, 0.25};
  Tensor matrix = torch::zeros({6, 3}, torch::kFloat64);
  auto entry = matrix.accessor<double, 2>();
  for (int r = 0; r < 2; ++r)
    for (int delta = -1; delta <= 1; ++delta)
      for (int k = 0; k < 3; ++k) {
        const int m = k - r + 1 + 2 * delta;
        if (m >= 0 && m < 4) entry[3 * r + delta + 1][k] = f[m];
      }
  return matrix.to(options);
}

}  // namespace

Tensor demodulation(const Tensor& weight, const Tensor& styles) {
  const Tensor squared = weight.to(styles.scalar_type()).square().sum({2, 3});  // [O,I]
  return (styles.square().matmul(squared.t()) + 1e-8).rsqrt();
}

Tensor modulated_convolution(const Tensor& x, const Tensor& weight, const Tensor& styles) {
  return torch::conv2d(scaled(x, styles), weight.to(x.scalar_type()), {}, 1, 1);
}

Tensor phase_weights(const Tensor& weight) {
  const std::int64_t out = weight.size(0), in = weight.size(1);
  const Tensor matrix = phase_matrix(weight.options());
  const Tensor rows = torch::matmul(matrix, weight.reshape({out * in, 3, 3}));  // [OI, (ry,dy), kx]
  const Tensor both =
      torch::matmul(rows, matrix.t()).reshape({out, in, 2, 3, 2, 3});  // [O, I, ry, dy, rx, dx]
  return both.permute({0, 2, 4, 1, 3, 5}).reshape({4 * out, in, 3, 3});
}

Tensor modulated_up_convolution(const Tensor& x, const Tensor& weight, const Tensor& styles) {
  const Tensor phases =
      torch::conv2d(scaled(x, styles), phase_weights(weight).to(x.scalar_type()), {}, 1, 1);
  return torch::pixel_shuffle(phases, 2);
}

}  // namespace sgilo
