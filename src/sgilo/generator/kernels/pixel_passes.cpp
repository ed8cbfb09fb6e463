// Compiles the passes for every SIMD target and calls the best that this machine supports.
#include "sgilo/generator/kernels/pixel_passes.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sgilo/generator/kernels/pixel_passes.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "sgilo/generator/kernels/pixel_passes-inl.h"

#if HWY_ONCE

namespace sgilo {

std::int64_t filter_buffer_size(std::int64_t width, std::int64_t channels) {
  return (4 * width + 8) * channels;
}

// One entry for each pass and type: the dispatch table of Highway holds plain functions.
#define SGILO_PASS(Pass, name)                                                         \
  HWY_EXPORT(name##_float);                                                            \
  HWY_EXPORT(name##_bfloat16);                                                         \
  void run_pass(const Pass<float>& pass) { HWY_DYNAMIC_DISPATCH(name##_float)(pass); } \
  void run_pass(const Pass<c10::BFloat16>& pass) { HWY_DYNAMIC_DISPATCH(name##_bfloat16)(pass); }
SGILO_PASS(ActivationPass, activation)
SGILO_PASS(FilterPass, filter)
SGILO_PASS(ActivationGradientPass, activation_gradient)
SGILO_PASS(FilterGradientPass, filter_gradient)
SGILO_PASS(ScaleGradientPass, scale_gradient)
#undef SGILO_PASS

#define SGILO_FLOAT_PASS(Pass, name) \
  HWY_EXPORT(name##_float);          \
  void run_pass(const Pass& pass) { HWY_DYNAMIC_DISPATCH(name##_float)(pass); }
SGILO_FLOAT_PASS(FilteredActivationPass, filtered_activation)
SGILO_FLOAT_PASS(ScalePass, scale)
#undef SGILO_FLOAT_PASS

}  // namespace sgilo

#endif  // HWY_ONCE
