// Numbers in SIMD lanes for one target: channels are the lanes; those that do not fill a vector go
// one by one through the same code. float and bfloat16 in memory, float in the lanes.
#if defined(SGILO_CORE_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_CORE_LANES_INL_H_
#undef SGILO_CORE_LANES_INL_H_
#else
#define SGILO_CORE_LANES_INL_H_
#endif

#include "hwy/highway.h"
#include "sgilo/core/torch.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using c10::BFloat16;

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

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggle
