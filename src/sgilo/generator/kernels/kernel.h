// Which implementation of the synthesis layers runs, and in which type.
#pragma once

#include <array>
#include <string_view>

#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// reference: composite operations of libtorch, on every device, in every type, differentiable
// twice. fused: one pass over the pixels per layer and direction on the CPU, first gradients only
// (fused_synthesis.h; trainable_layers.h where weights need gradients). automatic: fused where it
// can run.
enum class Kernel { automatic, reference, fused };
template <>
struct EnumWords<Kernel> {
  static constexpr std::array<std::string_view, 3> words{"automatic", "reference", "fused"};
};

// Type of gradients in the fused kernels with frozen weights, of convolutions and activations in
// all other ways; weights, skip image and image are always float32.
enum class Precision { fp32, bf16 };
template <>
struct EnumWords<Precision> {
  static constexpr std::array<std::string_view, 2> words{"fp32", "bf16"};
};
inline torch::ScalarType scalar_type(Precision precision) {
  return precision == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
}

}  // namespace sgilo
