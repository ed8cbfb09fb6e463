#include "sgilo/generator/kernels/upsample_filter.h"

namespace sgilo {
namespace {

// Along one axis: out[2i] = (x[i-1] + 3 x[i]) / 4, out[2i+1] = (3 x[i] + x[i+1]) / 4, zero outside.
Tensor upsample_axis(const Tensor& x, std::int64_t axis) {
  const std::int64_t size = x.size(axis);
  Shape edge = x.sizes().vec();
  edge[static_cast<std::size_t>(axis)] = 1;
  const Tensor zero = torch::zeros(edge, x.options());
  const Tensor before = torch::cat({zero, x.narrow(axis, 0, size - 1)}, axis);
  const Tensor after = torch::cat({x.narrow(axis, 1, size - 1), zero}, axis);
  const Tensor both = torch::stack({0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after}, axis + 1);
  Shape shape = x.sizes().vec();
  shape[static_cast<std::size_t>(axis)] = 2 * size;
  return both.reshape(shape);
}

}  // namespace

Tensor upsample(const Tensor& image) { return upsample_axis(upsample_axis(image, 2), 3); }

}  // namespace sgilo
