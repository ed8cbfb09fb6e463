// The passes over pixels between the convolutions of a generator, on plain memory; SIMD,
// chosen at run time. Images are channels last: pixel p, channel c at p * channels + c. T is float
// or bfloat16, whose arithmetic is float.
#pragma once

#include <limits>

#include "sgilo/core/torch.h"

namespace sgilo {

// A layer's end: a = sqrt(2) lrelu(d y + noise + b), slope 0.2, kept within -limit .. limit; what
// the next layer takes is s a, and to-RGB adds M a to the skip image. Pointers to [channels] each;
// those that may be null say so.
struct LayerEnd {
  const float* demodulation = nullptr;  // d
  const float* bias = nullptr;          // b
  const float* next_style = nullptr;    // s, null: nothing follows
  const float* rgb = nullptr;           // M [3, channels], null: no to-RGB
  std::int64_t channels = 0;
  float limit = std::numeric_limits<float>::infinity();
};

// y -> a, s a (null: not wanted) and rgb [3][rgb_stride] for `count` pixels; noise [count] times
// its strength, or null; `kept` is a in bfloat16, or null.
template <class T>
struct ActivationPass {
  LayerEnd end;
  const T* y;
  std::int64_t count;
  const float* noise;
  T* activation;
  c10::BFloat16* kept;
  float* rgb;
  std::int64_t rgb_stride;
  T* scaled = nullptr;
};
void run_pass(const ActivationPass<float>& pass);
void run_pass(const ActivationPass<c10::BFloat16>& pass);

// The four phases of a transposed convolution with stride 2 (t below), to be filtered by
// outer([1,3,3,1]) / 16: rows first_row .. last_row - 1 of the 2H rows of the result. t has 2H + 1
// rows and 2W + 1 columns; its elements (2i + a, 2j + b) are phases[2a + b][i, j]. `buffer` holds
// filter_buffer_size floats.
template <class T>
struct FilterPhases {
  const T* phases[4];          // [H+1,W+1], [H+1,W], [H,W+1], [H,W], each times channels
  std::int64_t height, width;  // H, W
  std::int64_t channels;
  std::int64_t first_row, last_row;
  float* buffer;
};
std::int64_t filter_buffer_size(std::int64_t width, std::int64_t channels);

// The result itself, into the whole image.
template <class T>
struct FilterPass {
  FilterPhases<T> from;
  T* to;
};
void run_pass(const FilterPass<float>& pass);
void run_pass(const FilterPass<c10::BFloat16>& pass);

// ActivationPass of the result; noise, activation and kept point to the whole image.
struct FilteredActivationPass {
  LayerEnd end;
  FilterPhases<float> from;
  const float* noise;
  float* activation;
  c10::BFloat16* kept;
};
void run_pass(const FilteredActivationPass& pass);

// Gradients of ActivationPass from those of s a and of rgb (each may be null): of y, of the noise
// [count] (null: not wanted) and, added to `sums` [kGradientSums, channels]: of s, of M (three
// rows), of d times d, and of b.
inline constexpr std::int64_t kGradientSums = 6;
template <class T>
struct ActivationGradientPass {
  LayerEnd end;
  const T* activation;
  const T* scaled_gradient;
  const float* rgb_gradient;  // [3][rgb_stride]
  std::int64_t rgb_stride;
  std::int64_t count;
  const float* noise;
  T* y_gradient;
  float* noise_gradient;  // of the noise as it was added, before its strength
  float* sums;
};
void run_pass(const ActivationGradientPass<float>& pass);
void run_pass(const ActivationGradientPass<c10::BFloat16>& pass);

// The adjoint of the filter: gradient of its result [2H, 2W, channels] -> of t, rows first_row ..
// last_row - 1 of [2H + 1, 2W + 1, channels].
template <class T>
struct FilterGradientPass {
  const T* gradient;
  std::int64_t height, width, channels;  // of the result: 2H, 2W
  std::int64_t first_row, last_row;
  T* t_gradient;
  float* buffer;  // filter_buffer_size(width / 2, channels) floats
};
void run_pass(const FilterGradientPass<float>& pass);
void run_pass(const FilterGradientPass<c10::BFloat16>& pass);

// x -> s x for `count` pixels.
struct ScalePass {
  const float* x;
  const float* style;
  std::int64_t count, channels;
  float* scaled;
};
void run_pass(const ScalePass& pass);

// Its gradients: x_gradient = s g (null: not wanted), style_sums [channels] += sum_p g x.
template <class T>
struct ScaleGradientPass {
  const float* x;
  const float* style;
  const T* scaled_gradient;
  std::int64_t count, channels;
  float* x_gradient;
  float* style_sums;
};
void run_pass(const ScaleGradientPass<float>& pass);
void run_pass(const ScaleGradientPass<c10::BFloat16>& pass);

}  // namespace sgilo
