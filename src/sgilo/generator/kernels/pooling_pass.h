// The end of a discriminator's layer in one pass over the pixels, on plain memory; SIMD, chosen at
// run time. Images are channels last: pixel p, channel c at p * channels + c. T is float or
// bfloat16, whose arithmetic is float.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// z = gain * lrelu(y + b) + k, slope 0.2, and p, the means of z over 2x2 pixels: rows first_row ..
// last_row - 1 of p. Pointers are to one image; those that may be null say so.
template <class T>
struct PoolingPass {
  const T* y;         // [2H, 2W, channels]
  const float* bias;  // [channels]
  const T* added;     // k, or null: none
  float gain;
  std::int64_t width, channels;  // of p: W
  std::int64_t first_row, last_row;
  T* to;      // z, or null: not wanted
  T* pooled;  // p, or null: not wanted
};
void run_pass(const PoolingPass<float>& pass);
void run_pass(const PoolingPass<c10::BFloat16>& pass);

// Its gradients, from those of z and p (each may be null): of y, of k (null: not wanted) and, added
// to bias_sums [channels], of b.
template <class T>
struct PoolingGradientPass {
  const T* y;
  const float* bias;
  float gain;
  std::int64_t width, channels;
  std::int64_t first_row, last_row;
  const T* gradient;         // of z
  const T* pooled_gradient;  // of p
  T* y_gradient;
  T* added_gradient;
  float* bias_sums;
};
void run_pass(const PoolingGradientPass<float>& pass);
void run_pass(const PoolingGradientPass<c10::BFloat16>& pass);

}  // namespace sgilo
