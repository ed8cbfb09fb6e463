// Compiles the pass for every SIMD target and calls the best that this machine supports.
#include "sgilo/generator/kernels/winograd_gradient.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "sgilo/generator/kernels/winograd.h"

// Arrays of vectors need vectors of a size that is known.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sgilo/generator/kernels/winograd_gradient.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "sgilo/generator/kernels/winograd_gradient-inl.h"

#if HWY_ONCE

namespace sgilo {
namespace {

constexpr std::int64_t kPointCount = 36;

std::int64_t padded(std::int64_t outputs) {
  return (outputs + kWinogradBlock - 1) / kWinogradBlock * kWinogradBlock;
}

// G^T u, along one axis; rows of G as in winograd_weights.
void transform_back(const float (&u)[6], float (&to)[3]) {
  const float s = std::sqrt(0.5f), l = std::sqrt(2.0f);
  const float near = u[1] + u[2], far = u[3] + u[4];
  to[0] = u[0] - 2 / 3.0f * near + far / 6;
  to[1] = -2 * s / 3 * (u[1] - u[2]) + l / 6 * (u[3] - u[4]);
  to[2] = (far - near) / 3 + u[5];
}

}  // namespace

std::int64_t weight_workspace_size(std::int64_t inputs, std::int64_t outputs) {
  return kPointCount * kGradientTiles * (inputs + padded(outputs)) + inputs;
}

HWY_EXPORT(winograd_weight_pass);
void run_pass(const WinogradWeightPass& pass) { HWY_DYNAMIC_DISPATCH(winograd_weight_pass)(pass); }

Tensor winograd_weight_gradient(const Tensor& x, const Tensor& y_gradient) {
  RECORD_USER_SCOPE("sgilo::winograd_weight_gradient");  // for profiles
  const std::int64_t n = x.size(0), inputs = x.size(1), outputs = y_gradient.size(1),
                     columns = padded(outputs);
  WinogradWeightPass pass{};
  pass.height = x.size(2);
  pass.width = x.size(3);
  pass.input = x.data_ptr<float>();
  pass.gradient = y_gradient.data_ptr<float>();
  pass.inputs = inputs;
  pass.outputs = outputs;
  const std::int64_t tiles = n * (pass.height / kWinogradSide) * (pass.width / kWinogradSide),
                     passes = (tiles + kGradientTiles - 1) / kGradientTiles,
                     size = kPointCount * inputs * columns;
  // As many sums as the shapes say, whatever the threads: few where they are large.
  constexpr std::int64_t kSumBytes = 8 << 20;
  const std::int64_t parts =
      std::min(passes, std::clamp<std::int64_t>(kSumBytes / (4 * size), 4, 16));
  const Tensor sums = torch::zeros({parts, size});
  at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
    const std::unique_ptr<float[]> workspace(
        new float[static_cast<std::size_t>(weight_workspace_size(inputs, outputs))]);
    WinogradWeightPass own = pass;
    own.workspace = workspace.get();
    for (std::int64_t part = begin; part < end; ++part) {
      own.sums = sums.data_ptr<float>() + part * size;
      for (std::int64_t i = passes * part / parts; i < passes * (part + 1) / parts; ++i) {
        own.first_tile = i * kGradientTiles;
        own.tiles = std::min(kGradientTiles, tiles - own.first_tile);
        run_pass(own);
      }
    }
  });
  const Tensor sum = sums.sum(0), gradient = torch::empty({outputs, inputs, 3, 3});
  const float* from = sum.data_ptr<float>();
  float* to = gradient.data_ptr<float>();
  at::parallel_for(0, inputs, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      for (std::int64_t o = 0; o < outputs; ++o) {
        float rows[3][6];  // [row of w][point of the column]
        for (int q = 0; q < 6; ++q) {
          float u[6], w[3];
          for (int p = 0; p < 6; ++p) u[p] = from[((6 * p + q) * inputs + i) * columns + o];
          transform_back(u, w);
          for (int k = 0; k < 3; ++k) rows[k][q] = w[k];
        }
        for (int k = 0; k < 3; ++k) {
          float w[3];
          transform_back(rows[k], w);
          std::copy_n(w, 3, to + (o * inputs + i) * 9 + 3 * k);
        }
      }
  });
  return gradient;
}

}  // namespace sgilo

#endif  // HWY_ONCE
