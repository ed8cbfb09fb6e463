#include "sgilo/checkpoint/raw_tensor.h"

#include <algorithm>

namespace sgilo {

std::optional<std::uint64_t> byte_count(const std::vector<std::uint64_t>& sizes,
                                        torch::ScalarType type) {
  auto product = static_cast<std::int64_t>(torch::elementSize(type));
  bool empty = false;
  for (const std::uint64_t size : sizes) {
    if (size == 0)
      empty = true;
    else if (__builtin_mul_overflow(product, size, &product))
      return std::nullopt;
  }
  return empty ? 0 : static_cast<std::uint64_t>(product);
}

Shape contiguous_strides(const Shape& sizes) {
  Shape strides(sizes.size());
  std::int64_t step = 1;
  for (std::size_t i = sizes.size(); i-- > 0; step *= std::max<std::int64_t>(sizes[i], 1))
    strides[i] = step;
  return strides;
}

Shape fortran_strides(const Shape& sizes) {
  Shape strides(sizes.size());
  std::int64_t step = 1;
  for (std::size_t i = 0; i < sizes.size(); step *= std::max<std::int64_t>(sizes[i++], 1))
    strides[i] = step;
  return strides;
}

bool holds_booleans(const Tensor& tensor) {
  const auto* bytes = static_cast<const std::uint8_t*>(tensor.data_ptr());
  return std::none_of(bytes, bytes + tensor.numel(), [](std::uint8_t byte) { return byte > 1; });
}

}  // namespace sgilo
