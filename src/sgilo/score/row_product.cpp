#include "sgilo/score/row_product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sgilo/score/row_product.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "sgilo/core/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Four vectors of sums, so that no addition waits for the one before it.
template <class T>
HWY_INLINE float product(const T* weights, const float* x, std::int64_t count) {
  const Wide d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  auto a = hn::Zero(d), b = a, e = a, f = a;
  std::int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    a = hn::MulAdd(load(d, weights + i), load(d, x + i), a);
    b = hn::MulAdd(load(d, weights + i + lanes), load(d, x + i + lanes), b);
    e = hn::MulAdd(load(d, weights + i + 2 * lanes), load(d, x + i + 2 * lanes), e);
    f = hn::MulAdd(load(d, weights + i + 3 * lanes), load(d, x + i + 3 * lanes), f);
  }
  float total = sum(d, hn::Add(hn::Add(a, b), hn::Add(e, f)));
  for (; i < count; ++i)
    total += hn::GetLane(hn::Mul(load(Single(), weights + i), load(Single(), x + i)));
  return total;
}

float product_float(const float* weights, const float* x, std::int64_t count) {
  return product(weights, x, count);
}
float product_bfloat16(const BFloat16* weights, const float* x, std::int64_t count) {
  return product(weights, x, count);
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace sgilo {

HWY_EXPORT(product_float);
HWY_EXPORT(product_bfloat16);

Tensor row_product(const Tensor& weight, const Tensor& bias, const Tensor& row) {
  constexpr std::int64_t kFewRows = 64;
  const Tensor y = torch::empty({weight.size(0)}), x = row.contiguous(), own = weight.contiguous(),
               shift = bias.contiguous();
  const std::int64_t count = weight.size(1);
  const bool rounded = weight.scalar_type() == torch::kBFloat16;
  const float *from = x.data_ptr<float>(), *added = shift.data_ptr<float>();
  float* to = y.data_ptr<float>();
  const void* weights = own.data_ptr();
  at::parallel_for(0, y.size(0), kFewRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o)
      to[o] = added[o] +
              (rounded ? HWY_DYNAMIC_DISPATCH(product_bfloat16)(
                             static_cast<const c10::BFloat16*>(weights) + o * count, from, count)
                       : HWY_DYNAMIC_DISPATCH(product_float)(
                             static_cast<const float*>(weights) + o * count, from, count));
  });
  return y;
}

}  // namespace sgilo

#endif  // HWY_ONCE
