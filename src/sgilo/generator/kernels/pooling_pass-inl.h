// The passes of pooling_pass.h for one SIMD target.
#if defined(SGILO_GENERATOR_KERNELS_POOLING_PASS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_GENERATOR_KERNELS_POOLING_PASS_INL_H_
#undef SGILO_GENERATOR_KERNELS_POOLING_PASS_INL_H_
#else
#define SGILO_GENERATOR_KERNELS_POOLING_PASS_INL_H_
#endif

#include "hwy/highway.h"
#include "sgilo/generator/kernels/leaky_relu-inl.h"
#include "sgilo/generator/kernels/pooling_pass.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// f(position of the first of its 2x2 pixels, position in the pooled image) for the pass's pixels.
template <class Pass, class F>
HWY_INLINE void for_pooled(const Pass& p, F f) {
  for (std::int64_t row = p.first_row; row < p.last_row; ++row)
    for (std::int64_t column = 0; column < p.width; ++column)
      f((4 * row * p.width + 2 * column) * p.channels, (row * p.width + column) * p.channels);
}

// y + b, and the slope of gain * lrelu there.
template <class D, class Pass, class V = hn::Vec<D>>
HWY_INLINE V slope(D d, const Pass& p, std::int64_t at, V bias, V& before) {
  before = hn::Add(load(d, p.y + at), bias);
  return hn::IfThenElse(hn::Lt(before, hn::Zero(d)), hn::Set(d, p.gain * kSlope),
                        hn::Set(d, p.gain));
}

template <class T>
HWY_INLINE void pooling(const PoolingPass<T>& p) {
  const std::int64_t line = 2 * p.width * p.channels;
  for_pooled(p, [&](std::int64_t first, std::int64_t pooled) HWY_ATTR {
    for_channels(p.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      const auto bias = load(d, p.bias + c);
      auto sum = hn::Zero(d), before = sum;
      for (int k = 0; k < 4; ++k) {
        const std::int64_t at = first + (k / 2) * line + (k % 2) * p.channels + c;
        const auto factor = slope(d, p, at, bias, before);
        auto z = hn::Mul(before, factor);
        if (p.added) z = hn::Add(z, load(d, p.added + at));
        if (p.to) store(d, z, p.to + at);
        sum = hn::Add(sum, z);
      }
      if (p.pooled) store(d, hn::Mul(sum, hn::Set(d, 0.25f)), p.pooled + pooled + c);
    });
  });
}

template <class T>
HWY_INLINE void pooling_gradient(const PoolingGradientPass<T>& p) {
  const std::int64_t line = 2 * p.width * p.channels;
  for_pooled(p, [&](std::int64_t first, std::int64_t pooled) HWY_ATTR {
    for_channels(p.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      const auto bias = load(d, p.bias + c);
      auto shared = hn::Zero(d), before = shared, sum = load(d, p.bias_sums + c);
      if (p.pooled_gradient)
        shared = hn::Mul(load(d, p.pooled_gradient + pooled + c), hn::Set(d, 0.25f));
      for (int k = 0; k < 4; ++k) {
        const std::int64_t at = first + (k / 2) * line + (k % 2) * p.channels + c;
        auto g = shared;
        if (p.gradient) g = hn::Add(g, load(d, p.gradient + at));
        if (p.added_gradient) store(d, g, p.added_gradient + at);
        g = hn::Mul(g, slope(d, p, at, bias, before));
        store(d, g, p.y_gradient + at);
        sum = hn::Add(sum, g);
      }
      store(d, sum, p.bias_sums + c);
    });
  });
}

void pooling_float(const PoolingPass<float>& pass) { pooling(pass); }
void pooling_bfloat16(const PoolingPass<BFloat16>& pass) { pooling(pass); }
void pooling_gradient_float(const PoolingGradientPass<float>& pass) { pooling_gradient(pass); }
void pooling_gradient_bfloat16(const PoolingGradientPass<BFloat16>& pass) {
  pooling_gradient(pass);
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggle
