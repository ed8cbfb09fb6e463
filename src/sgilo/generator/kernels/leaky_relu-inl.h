// StyleGAN2's activation in SIMD lanes, for one target.
#if defined(SGILO_GENERATOR_KERNELS_LEAKY_RELU_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_GENERATOR_KERNELS_LEAKY_RELU_INL_H_
#undef SGILO_GENERATOR_KERNELS_LEAKY_RELU_INL_H_
#else
#define SGILO_GENERATOR_KERNELS_LEAKY_RELU_INL_H_
#endif

#include <numbers>

#include "hwy/highway.h"
#include "sgilo/core/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr float kGain = std::numbers::sqrt2_v<float>, kSlope = 0.2f;

// sqrt(2) lrelu(before) within -limit .. limit.
template <class D>
HWY_INLINE hn::Vec<D> leaky_relu(D d, hn::Vec<D> before, hn::Vec<D> limit) {
  const auto gain =
      hn::IfThenElse(hn::Lt(before, hn::Zero(d)), hn::Set(d, kSlope * kGain), hn::Set(d, kGain));
  const auto free = hn::Mul(before, gain);
  return hn::IfThenElse(hn::Gt(hn::Abs(free), limit), hn::CopySign(limit, free), free);
}

// The gradient g of a = leaky_relu(before) becomes that of `before`, which is returned.
template <class D>
HWY_INLINE hn::Vec<D> leaky_relu_gradient(D d, hn::Vec<D> a, hn::Vec<D> limit, hn::Vec<D>& g) {
  const auto negative = hn::Lt(a, hn::Zero(d));
  g = hn::IfThenZeroElse(hn::Ge(hn::Abs(a), limit), g);
  g = hn::Mul(g, hn::IfThenElse(negative, hn::Set(d, kSlope * kGain), hn::Set(d, kGain)));
  return hn::Mul(a,
                 hn::IfThenElse(negative, hn::Set(d, 1 / (kSlope * kGain)), hn::Set(d, 1 / kGain)));
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggle
