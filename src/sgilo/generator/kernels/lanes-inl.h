// Numbers in SIMD lanes for one target: channels are the lanes; those that do not fill a vector go
// one by one through the same code. float and bfloat16 in memory, float in the lanes.
#if defined(SGILO_GENERATOR_KERNELS_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_GENERATOR_KERNELS_LANES_INL_H_
#undef SGILO_GENERATOR_KERNELS_LANES_INL_H_
#else
#define SGILO_GENERATOR_KERNELS_LANES_INL_H_
#endif

#include <numbers>

#include "hwy/highway.h"
#include "sgilo/core/torch.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using c10::BFloat16;

inline constexpr float kGain = std::numbers::sqrt2_v<float>, kSlope = 0.2f;

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> load(D d, const BFloat16* from) {
  const hn::Rebind<std::uint16_t, D> half;
  const hn::RebindToUnsigned<D> bits;
  const auto* raw = reinterpret_cast<const std::uint16_t*>(from);
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::LoadU(half, raw))));
}

template <class D>
HWY_INLINE void store(D d, hn::Vec<D> v, float* to) {
  hn::StoreU(v, d, to);
}
// Rounded to the nearest, ties to even.
template <class D>
HWY_INLINE void store(D, hn::Vec<D> v, BFloat16* to) {
  const hn::Rebind<std::uint16_t, D> half;
  const hn::RebindToUnsigned<D> unsigned_bits;
  const hn::RebindToSigned<D> signed_bits;
  const auto bits = hn::BitCast(unsigned_bits, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(unsigned_bits, 1u));
  const auto rounded =
      hn::ShiftRight<16>(hn::Add(hn::Add(bits, hn::Set(unsigned_bits, 0x7fffu)), odd));
  hn::StoreU(hn::DemoteTo(half, hn::BitCast(signed_bits, rounded)), half,
             reinterpret_cast<std::uint16_t*>(to));
}

template <class D>
HWY_INLINE float sum(D d, hn::Vec<D> v) {
  return hn::GetLane(hn::SumOfLanes(d, v));
}

using Wide = hn::CappedTag<float, 16>;
using Single = hn::CappedTag<float, 1>;

// f(tag, c) for vectors of channels (or of a flat range) from c on:
// whole ones, then single numbers.
template <class F>
HWY_INLINE void for_channels(std::int64_t channels, F f) {
  const Wide wide;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(wide));
  std::int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) f(wide, c);
  for (; c < channels; ++c) f(Single(), c);
}

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
