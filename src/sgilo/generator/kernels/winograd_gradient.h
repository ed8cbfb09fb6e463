// The gradient of a 3x3 convolution's weights by minimal filtering: dw = G^T [sum over tiles of
// (A dy A^T) . (B^T x B)] G, the adjoint of winograd.h's convolution in its weights, of which the
// matrices are. Images are channels last, float32. SIMD, chosen at run time.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

inline constexpr std::int64_t kGradientTiles = 32;  // of one pass, at most

// Tiles first_tile .. first_tile + tiles - 1 of all images in a row.
struct WinogradWeightPass {
  std::int64_t height, width;  // of an image; multiples of 4
  std::int64_t first_tile, tiles;
  const float* input;     // x [N, height, width, inputs]
  const float* gradient;  // dy [N, height, width, outputs]
  std::int64_t inputs, outputs;
  float* sums;       // [36, inputs, outputs up to a multiple of kWinogradBlock], added to
  float* workspace;  // weight_workspace_size floats
};
std::int64_t weight_workspace_size(std::int64_t inputs, std::int64_t outputs);
void run_pass(const WinogradWeightPass& pass);

// x [N,I,H,W] and dy [N,O,H,W], float32, channels last, sides multiples of 4 -> dw [O,I,3,3] of
// y = conv(x, w), padding 1. The same for every number of threads.
Tensor winograd_weight_gradient(const Tensor& x, const Tensor& y_gradient);

}  // namespace sgilo
