// Compiles the passes for every SIMD target and calls the best that this machine supports.
#include "sgilo/generator/kernels/winograd.h"

#include <algorithm>
#include <array>
#include <numbers>

// Arrays of vectors need vectors of a size that is known.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sgilo/generator/kernels/winograd.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "sgilo/generator/kernels/winograd-inl.h"

#if HWY_ONCE

namespace sgilo {

namespace {

using Lanes = std::array<float, kWinogradBlock>;  // one number of each output

// G w, along one axis. Rows of G: (1, p, p^2) / f'(p) for each point p,
// f = x (x^2 - 1/2) (x^2 - 2).
void transform_weights(const Lanes& a, const Lanes& b, const Lanes& c,
                       const std::array<float*, 6>& to) {
  constexpr float s = std::numbers::sqrt2_v<float> / 2, l = std::numbers::sqrt2_v<float>;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const float even = a[i] * (-2 / 3.0f) - c[i] / 3, odd = b[i] * (-2 / 3.0f * s),
                far_even = a[i] / 6 + c[i] / 3, far_odd = b[i] * (l / 6);
    to[0][i] = a[i];
    to[1][i] = even + odd;
    to[2][i] = even - odd;
    to[3][i] = far_even + far_odd;
    to[4][i] = far_even - far_odd;
    to[5][i] = c[i];
  }
}

}  // namespace

Tensor winograd_weights(const Tensor& weight, bool backward) {
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
      std::array<Lanes, 9> w{};
      std::array<std::array<Lanes, 6>, 3> columns;  // [column][point]
      for (std::int64_t lane = 0; lane < kWinogradBlock; ++lane) {
        const std::int64_t o = block * kWinogradBlock + lane;
        if (o >= outputs) break;
        const float* filter = from + 9 * (backward ? i * outputs + o : o * inputs + i);
        for (std::size_t k = 0; k < 9; ++k)
          w[k][static_cast<std::size_t>(lane)] = filter[backward ? 8 - k : k];
      }
      for (std::size_t k = 0; k < 3; ++k) {
        auto& c = columns[k];
        transform_weights(
            w[k], w[3 + k], w[6 + k],
            {c[0].data(), c[1].data(), c[2].data(), c[3].data(), c[4].data(), c[5].data()});
      }
      for (std::size_t p = 0; p < 6; ++p) {
        std::array<float*, 6> points;
        for (std::size_t q = 0; q < 6; ++q)
          points[q] = to + ((block * 36 + static_cast<std::int64_t>(6 * p + q)) * inputs + i) *
                               kWinogradBlock;
        transform_weights(columns[0][p], columns[1][p], columns[2][p], points);
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
