// Compiles the passes for every SIMD target and calls the best that this machine supports.
#include "sgilo/generator/kernels/pooling_pass.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sgilo/generator/kernels/pooling_pass.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "sgilo/generator/kernels/pooling_pass-inl.h"

#if HWY_ONCE

namespace sgilo {

#define SGILO_PASS(Pass, name)                                                         \
  HWY_EXPORT(name##_float);                                                            \
  HWY_EXPORT(name##_bfloat16);                                                         \
  void run_pass(const Pass<float>& pass) { HWY_DYNAMIC_DISPATCH(name##_float)(pass); } \
  void run_pass(const Pass<c10::BFloat16>& pass) { HWY_DYNAMIC_DISPATCH(name##_bfloat16)(pass); }
SGILO_PASS(PoolingPass, pooling)
SGILO_PASS(PoolingGradientPass, pooling_gradient)
#undef SGILO_PASS

}  // namespace sgilo

#endif  // HWY_ONCE
