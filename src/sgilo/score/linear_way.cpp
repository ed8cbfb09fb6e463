#include "sgilo/score/linear_way.h"

#include "sgilo/core/shape.h"

namespace sgilo {

Tensor linear_product(const Tensor& x, const Tensor& weight, const Tensor& bias, LinearWay way) {
  constexpr std::int64_t kFewRows = 32;
  const std::int64_t few_weights = way == LinearWay::convolution ? 96 * 96 : 512 * 512;
  const std::int64_t outputs = weight.size(0), inputs = weight.size(1);
  const std::int64_t rows = x.numel() / inputs;
  if (way == LinearWay::blas || !x.device().is_cpu() || x.scalar_type() != torch::kFloat32 ||
      weight.numel() < few_weights || rows < kFewRows)
    return torch::linear(x, weight, bias);
  // Rows are the pixels of a channels-last image: nothing is copied.
  const Tensor image = x.reshape({1, rows, 1, inputs}).permute({0, 3, 1, 2});
  const Tensor y = torch::conv2d(image, weight.view({outputs, inputs, 1, 1}), bias);
  Shape shape = x.sizes().vec();
  shape.back() = outputs;
  return y.permute({0, 2, 3, 1}).reshape(shape);
}

}  // namespace sgilo
