// 3x3 convolutions by minimal filtering, F(4x4, 3x3): y = A^T [(G w G^T) . (B^T x B)] A for tiles
// of 4x4 outputs and 6x6 inputs (Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2016), with the points 0, +-sqrt(1/2), +-sqrt(2), infinity, whose matrices have small
// entries: 36 products where the plain convolution has 144, and float32 errors below 1e-5 of the
// result's norm. What a layer does before and after its convolution (fused_synthesis.h) happens in
// the same pass, so that neither the scaled input nor the convolution's result is ever stored.
// Images are channels last: pixel p, channel c at p * channels + c; T is float or bfloat16, whose
// arithmetic is float. SIMD, chosen at run time.
#pragma once

#include <limits>

#include "sgilo/core/torch.h"

namespace sgilo {

inline constexpr std::int64_t kWinogradSide = 4;    // outputs of a tile along each axis
inline constexpr std::int64_t kWinogradTiles = 12;  // of one pass, at most
inline constexpr std::int64_t kWinogradBlock = 32;  // outputs whose weights stand side by side
inline constexpr std::int64_t kWinogradChunk = 32;  // inputs that stand side by side
inline constexpr std::int64_t kWinogradLanes = 16;  // of a vector, at most
inline constexpr std::int64_t kWinogradSums = 3;    // over a pixel's channels, at most

// Weights [O,I,3,3] float32 -> G w G^T as [blocks, 36, I, kWinogradBlock] float32; `backward`: of
// the convolution from outputs to inputs that is the adjoint, whose weights are turned by 180
// degrees.
Tensor winograd_weights(const Tensor& weight, bool backward = false);

// Tiles first_tile .. first_tile + tiles - 1 of all images in a row,
// each of height/4 x width/4 tiles.
template <class T>
struct WinogradPass {
  std::int64_t height, width;  // of the image; multiples of 4
  std::int64_t first_tile, tiles;
  const T* input;       // [N, height, width, inputs]
  const float* styles;  // [N, inputs], by which it is multiplied; null: ones
  std::int64_t inputs, outputs;
  const float* weights;  // those of winograd_weights
  float* workspace;      // winograd_workspace_size floats
};
std::int64_t winograd_workspace_size(std::int64_t inputs);

// The ends: what becomes of the convolution's result y, an image of `outputs` channels. Pointers
// are to the first image; noise_images is 1 where all share it.

// y itself.
template <class T>
struct PlainEnd {
  T* to;
};

// a = sqrt(2) lrelu(d y + noise + b) within -limit .. limit, and rgb = M a.
struct ActivationEnd {
  const float* demodulation;  // d [N,O]
  const float* bias;          // b [O]
  const float* noise;         // [noise_images, pixels] times its strength, or null
  std::int64_t noise_images;
  float limit = std::numeric_limits<float>::infinity();
  float* activation;      // or null
  c10::BFloat16* kept;    // the same, or null
  const float* matrices;  // M [N,3,O], null: no to-RGB
  float* rgb;             // [N,3,pixels]
};

// Where y is the gradient of s a, s the style of the layer after a: the gradient of the result of
// a's own convolution, and added to the sums of the tile's image those of s, of M (three rows) and
// of d times d. (ActivationGradientPass of pixel_passes.h, after a convolution.)
template <class T>
struct GradientEnd {
  const float* demodulation;
  const float* bias;
  const float* styles;  // s [N,O]
  const float* noise;
  std::int64_t noise_images;
  float limit = std::numeric_limits<float>::infinity();
  const T* activation;
  const float* matrices;
  const float* rgb_gradient;  // [N,3,pixels], null: no to-RGB
  T* y_gradient;              // may be the activation's memory
  float* noise_gradient;      // [N,pixels], before its strength; null: not wanted
  float* sums;                // image n has kGradientSums rows of O at sums + n * sums_stride
  std::int64_t sums_stride;
};

void run_pass(const WinogradPass<float>& pass, const PlainEnd<float>& end);
void run_pass(const WinogradPass<float>& pass, const ActivationEnd& end);
void run_pass(const WinogradPass<float>& pass, const GradientEnd<float>& end);
void run_pass(const WinogradPass<c10::BFloat16>& pass, const PlainEnd<c10::BFloat16>& end);
void run_pass(const WinogradPass<c10::BFloat16>& pass, const GradientEnd<c10::BFloat16>& end);

}  // namespace sgilo
