// Compiles the passes for every SIMD target and calls the best that this machine supports.
#include "sgilo/generator/kernels/winograd.h"

#include <algorithm>
#include <cmath>

// Arrays of vectors need vectors of a size that is known.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sgilo/generator/kernels/winograd.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "sgilo/generator/kernels/winograd-inl.h"

#if HWY_ONCE

namespace sgilo {

Tensor winograd_weights(const Tensor& weight) {
  // Rows of G: (1, p, p^2) / f'(p) for each point p, f = x (x^2 - 1/2) (x^2 - 2).
  const double s = std::sqrt(0.5), l = std::sqrt(2.0);
  const Tensor g = torch::tensor({1.0, 0.0, 0.0,                   //
                                  -2 / 3.0, -2 * s / 3, -1 / 3.0,  //
                                  -2 / 3.0, 2 * s / 3, -1 / 3.0,   //
                                  1 / 6.0, l / 6, 1 / 3.0,         //
                                  1 / 6.0, -l / 6, 1 / 3.0,        //
                                  0.0, 0.0, 1.0},
                                 torch::kFloat64)
                       .view({6, 3});
  const std::int64_t outputs = weight.size(0), inputs = weight.size(1);
  const std::int64_t blocks = (outputs + kWinogradBlock - 1) / kWinogradBlock;
  const Tensor packed = torch::zeros({blocks, 36, inputs, kWinogradBlock});
  for (std::int64_t block = 0; block < blocks; ++block) {  // so that float64 takes little memory
    const std::int64_t first = block * kWinogradBlock,
                       count = std::min(kWinogradBlock, outputs - first);
    const Tensor w = weight.narrow(0, first, count).to(torch::kFloat64);
    const Tensor u = torch::matmul(g, torch::matmul(w, g.t())).view({count, inputs, 36});
    packed[block].narrow(2, 0, count).copy_(u.permute({2, 1, 0}));
  }
  return packed;
}

std::int64_t winograd_workspace_size(std::int64_t inputs) {
  const std::int64_t chunks = (inputs + kWinogradChunk - 1) / kWinogradChunk;
  const std::int64_t tile = 36 * chunks * kWinogradChunk + 36 * kWinogradBlock +
                            kWinogradSide * kWinogradSide * kWinogradSums * kWinogradLanes;
  return kWinogradTiles * tile + inputs;
}

#define SGILO_PASS(End, name)                                                             \
  HWY_EXPORT(name##_float);                                                               \
  HWY_EXPORT(name##_bfloat16);                                                            \
  void run_pass(const WinogradPass<float>& pass, const End<float>& end) {                 \
    HWY_DYNAMIC_DISPATCH(name##_float)(pass, end);                                        \
  }                                                                                       \
  void run_pass(const WinogradPass<c10::BFloat16>& pass, const End<c10::BFloat16>& end) { \
    HWY_DYNAMIC_DISPATCH(name##_bfloat16)(pass, end);                                     \
  }
SGILO_PASS(PlainEnd, winograd_plain)
SGILO_PASS(GradientEnd, winograd_gradient)
#undef SGILO_PASS

HWY_EXPORT(winograd_activation_float);
void run_pass(const WinogradPass<float>& pass, const ActivationEnd& end) {
  HWY_DYNAMIC_DISPATCH(winograd_activation_float)(pass, end);
}

}  // namespace sgilo

#endif  // HWY_ONCE
