// The pass of winograd_gradient.h for one SIMD target.
#if defined(SGILO_GENERATOR_KERNELS_WINOGRAD_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_GENERATOR_KERNELS_WINOGRAD_GRADIENT_INL_H_
#undef SGILO_GENERATOR_KERNELS_WINOGRAD_GRADIENT_INL_H_
#else
#define SGILO_GENERATOR_KERNELS_WINOGRAD_GRADIENT_INL_H_
#endif

#include <algorithm>
#include <cstring>

#include "hwy/highway.h"
#include "sgilo/generator/kernels/winograd_gradient.h"
#include "sgilo/generator/kernels/winograd_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::int64_t kTiles = kGradientTiles;

// A g.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void transform_gradient(D d, const V (&g)[4], V (&to)[6]) {
  const auto half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f);
  const auto small = hn::Set(d, kGain / 2), large = hn::Set(d, kGain);
  const auto even = hn::MulAdd(half, g[2], g[0]),
             odd = hn::Mul(small, hn::MulAdd(half, g[3], g[1]));
  const auto far_even = hn::MulAdd(two, g[2], g[0]),
             far_odd = hn::Mul(large, hn::MulAdd(two, g[3], g[1]));
  to[0] = g[0];
  to[1] = hn::Add(even, odd);
  to[2] = hn::Sub(even, odd);
  to[3] = hn::Add(far_even, far_odd);
  to[4] = hn::Sub(far_even, far_odd);
  to[5] = g[3];
}

// The sums of kCount inputs and two vectors of outputs over the tiles.
template <int kCount>
HWY_NOINLINE void add_products(const WinogradWeightPass& p, const float* x, const float* g,
                               std::int64_t outputs, float* sums) {
  const Wide d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  hn::Vec<Wide> left[kCount], right[kCount];
  for (int i = 0; i < kCount; ++i) {
    left[i] = hn::LoadU(d, sums + i * outputs);
    right[i] = hn::LoadU(d, sums + i * outputs + lanes);
  }
  for (std::int64_t t = 0; t < p.tiles; ++t, x += p.inputs, g += outputs) {
    const auto g0 = hn::LoadU(d, g), g1 = hn::LoadU(d, g + lanes);
    HWY_UNROLL(12)
    for (int i = 0; i < kCount; ++i) {
      const auto value = hn::Set(d, x[i]);
      left[i] = hn::MulAdd(value, g0, left[i]);
      right[i] = hn::MulAdd(value, g1, right[i]);
    }
  }
  for (int i = 0; i < kCount; ++i) {
    hn::StoreU(left[i], d, sums + i * outputs);
    hn::StoreU(right[i], d, sums + i * outputs + lanes);
  }
}

template <int kCount>
HWY_INLINE void add_some(std::int64_t count, const WinogradWeightPass& p, const float* x,
                         const float* g, std::int64_t outputs, float* sums) {
  if (count == kCount) return add_products<kCount>(p, x, g, outputs, sums);
  if constexpr (kCount > 1) add_some<kCount - 1>(count, p, x, g, outputs, sums);
}

HWY_INLINE void winograd_weights_gradient(const WinogradWeightPass& p) {
  const std::int64_t outputs = (p.outputs + kBlock - 1) / kBlock * kBlock;
  float* xs = p.workspace;                       // [36][tiles][inputs]
  float* gs = xs + kPoints * kTiles * p.inputs;  // [36][tiles][outputs]
  float* zeros = gs + kPoints * kTiles * outputs;
  std::memset(zeros, 0, static_cast<std::size_t>(p.inputs) * sizeof(float));
  WinogradPass<float> images{};
  images.height = p.height;
  images.width = p.width;
  images.first_tile = p.first_tile;
  images.input = p.input;
  images.inputs = p.inputs;
  for (std::int64_t t = 0; t < p.tiles; ++t) {
    const Place place(images, t);
    const float* pixels[kPoints];
    find_pixels(images, place, zeros, pixels);
    for_channels(p.inputs, [&](auto d, std::int64_t c) HWY_ATTR {
      transform_pixels(d, pixels, c, hn::Set(d, 1.0f), [&](int point, auto v) HWY_ATTR {
        hn::StoreU(v, d, xs + (point * kTiles + t) * p.inputs + c);
      });
    });
    const float* first =
        p.gradient +
        (place.image * p.height * p.width + place.row * p.width + place.column) * p.outputs;
    for_channels(p.outputs, [&](auto d, std::int64_t c) HWY_ATTR {
      using V = hn::Vec<decltype(d)>;
      V rows[6][4];
      for (int j = 0; j < 4; ++j) {
        V g[4], transformed[6];
        for (int i = 0; i < 4; ++i) g[i] = hn::LoadU(d, first + (i * p.width + j) * p.outputs + c);
        transform_gradient(d, g, transformed);
        for (int i = 0; i < 6; ++i) rows[i][j] = transformed[i];
      }
      for (int i = 0; i < 6; ++i) {
        V transformed[6];
        transform_gradient(d, rows[i], transformed);
        for (int j = 0; j < 6; ++j)
          hn::StoreU(transformed[j], d, gs + ((i * 6 + j) * kTiles + t) * outputs + c);
      }
    });
    for (std::int64_t c = p.outputs; c < outputs; ++c)
      for (std::int64_t k = 0; k < kPoints; ++k) gs[(k * kTiles + t) * outputs + c] = 0;
  }
  const auto vectors = 2 * static_cast<std::int64_t>(hn::Lanes(Wide()));
  for (std::int64_t k = 0; k < kPoints; ++k)
    for (std::int64_t o = 0; o < outputs; o += vectors)
      for (std::int64_t i = 0; i < p.inputs; i += kRows)
        add_some<kRows>(std::min<std::int64_t>(kRows, p.inputs - i), p,
                        xs + k * kTiles * p.inputs + i, gs + k * kTiles * outputs + o, outputs,
                        p.sums + (k * p.inputs + i) * outputs + o);
}

void winograd_weight_pass(const WinogradWeightPass& pass) { winograd_weights_gradient(pass); }

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggle
