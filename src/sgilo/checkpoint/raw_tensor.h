// What every format of raw numbers must check before its bytes become a tensor.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

inline constexpr std::size_t kMostAxes = 64;  // of a tensor in a file, as in NumPy

// Bytes of a tensor; nothing when the number, or the product of the sizes other than zero (which
// libtorch needs for the strides), exceeds 2^63 - 1.
std::optional<std::uint64_t> byte_count(const std::vector<std::uint64_t>& sizes,
                                        torch::ScalarType type);

// Steps in numbers of an array whose last axis (C order) or first axis (Fortran order) is adjacent.
Shape contiguous_strides(const Shape& sizes);
Shape fortran_strides(const Shape& sizes);

// Whether each byte of a boolean tensor, contiguous and on the CPU, is 0 or 1.
bool holds_booleans(const Tensor& tensor);

}  // namespace sgilo
