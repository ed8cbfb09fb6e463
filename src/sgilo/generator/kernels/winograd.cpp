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

Tensor winograd_weights(const Tensor& weight, bool backward) {
  // G w, along one axis. Rows of G: (1, p, p^2) / f'(p) for each point p,
  // f = x (x^2 - 1/2) (x^2 - 2).
  const auto transform = [](double a, double b, double c, double(&to)[6]) {
    const double s = std::sqrt(0.5), l = std::sqrt(2.0);
    const double even = -2 / 3.0 * a - c / 3, odd = -2 * s / 3 * b;
    const double far_even = a / 6 + c / 3, far_odd = l / 6 * b;
    to[0] = a;
    to[1] = even + odd;
    to[2] = even - odd;
    to[3] = far_even + far_odd;
    to[4] = far_even - far_odd;
    to[5] = c;
  };
  const std::int64_t outputs = weight.size(backward ? 1 : 0),
                     inputs = weight.size(backward ? 0 : 1);
  const std::int64_t blocks = (outputs + kWinogradBlock - 1) / kWinogradBlock;
  const Tensor own = weight.contiguous(),
               packed = torch::empty({blocks, 36, inputs, kWinogradBlock});
  const float* from = own.data_ptr<float>();
  float* to = packed.data_ptr<float>();
  at::parallel_for(0, blocks * inputs, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t block = at / inputs, i = at % inputs;
      for (std::int64_t lane = 0; lane < kWinogradBlock; ++lane) {
        const std::int64_t o = block * kWinogradBlock + lane;
        double w[9] = {}, columns[3][6], row[6];  // columns: [column][point]
        if (o < outputs) {
          const float* filter = from + 9 * (backward ? i * outputs + o : o * inputs + i);
          for (int k = 0; k < 9; ++k) w[k] = filter[backward ? 8 - k : k];
        }
        for (int k = 0; k < 3; ++k) transform(w[k], w[3 + k], w[6 + k], columns[k]);
        for (int p = 0; p < 6; ++p) {
          transform(columns[0][p], columns[1][p], columns[2][p], row);
          for (int q = 0; q < 6; ++q)
            to[((block * 36 + 6 * p + q) * inputs + i) * kWinogradBlock + lane] =
                static_cast<float>(row[q]);
        }
      }
    }
  });
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
