// Tiles of an image and their transform, for the passes of winograd.h and winograd_gradient.h; for
// one SIMD target.
#if defined(SGILO_GENERATOR_KERNELS_WINOGRAD_TILES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_GENERATOR_KERNELS_WINOGRAD_TILES_INL_H_
#undef SGILO_GENERATOR_KERNELS_WINOGRAD_TILES_INL_H_
#else
#define SGILO_GENERATOR_KERNELS_WINOGRAD_TILES_INL_H_
#endif

#include "hwy/highway.h"
#include "sgilo/generator/kernels/leaky_relu-inl.h"
#include "sgilo/generator/kernels/winograd.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::int64_t kSide = kWinogradSide, kPoints = 36, kBlock = kWinogradBlock;
inline constexpr std::int64_t kChunk = kWinogradChunk, kMostLanes = kWinogradLanes;
inline constexpr std::int64_t kTilePixels = kSide * kSide, kSums = kWinogradSums;
// Rows of one product: two vectors of sums each must fit the registers, 32 of them or 16.
inline constexpr int kRows =
    HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_NEON ? 12 : 6;

// Where a tile lies.
struct Place {
  template <class T>
  Place(const WinogradPass<T>& p, std::int64_t tile) {
    const std::int64_t columns = p.width / kSide, per_image = p.height / kSide * columns;
    image = (p.first_tile + tile) / per_image;
    const std::int64_t within = (p.first_tile + tile) % per_image;
    row = within / columns * kSide;
    column = within % columns * kSide;
  }
  std::int64_t image, row, column;  // of the first pixel
};

// B^T x, the points in the order 0, sqrt(1/2), -sqrt(1/2), sqrt(2), -sqrt(2), infinity.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void transform_input(D d, const V (&x)[6], V (&to)[6]) {
  const auto half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f), five_halves = hn::Set(d, 2.5f);
  const auto small = hn::Set(d, kGain / 2), large = hn::Set(d, kGain);
  to[0] = hn::Add(hn::NegMulAdd(five_halves, x[2], x[0]), x[4]);
  to[5] = hn::Add(hn::NegMulAdd(five_halves, x[3], x[1]), x[5]);
  const auto even = hn::NegMulAdd(two, x[2], x[4]),
             odd = hn::Mul(small, hn::NegMulAdd(two, x[1], x[3]));
  to[1] = hn::Add(even, odd);
  to[2] = hn::Sub(even, odd);
  const auto far_even = hn::NegMulAdd(half, x[2], x[4]),
             far_odd = hn::Mul(large, hn::NegMulAdd(half, x[1], x[3]));
  to[3] = hn::Add(far_even, far_odd);
  to[4] = hn::Sub(far_even, far_odd);
}

// The 6x6 pixels that a tile takes; zeros outside of the image.
template <class T>
HWY_INLINE void find_pixels(const WinogradPass<T>& p, const Place& place, const T* zeros,
                            const T* (&pixels)[kPoints]) {
  const T* image = p.input + place.image * p.height * p.width * p.inputs;
  for (std::int64_t i = 0; i < 6; ++i)
    for (std::int64_t j = 0; j < 6; ++j) {
      const std::int64_t y = place.row + i - 1, x = place.column + j - 1;
      const bool inside = y >= 0 && y < p.height && x >= 0 && x < p.width;
      pixels[i * 6 + j] = inside ? image + (y * p.width + x) * p.inputs : zeros;
    }
}

// B^T s x B of a vector of channels from c on: f(point, vector) of the 36 points.
template <class D, class T, class F, class V = hn::Vec<D>>
HWY_INLINE void transform_pixels(D d, const T* const (&pixels)[kPoints], std::int64_t c, V scale,
                                 F f) {
  V rows[6][6];  // [point][column]
  for (int j = 0; j < 6; ++j) {
    V x[6], transformed[6];
    for (int i = 0; i < 6; ++i) x[i] = hn::Mul(scale, load(d, pixels[i * 6 + j] + c));
    transform_input(d, x, transformed);
    for (int i = 0; i < 6; ++i) rows[i][j] = transformed[i];
  }
  for (int i = 0; i < 6; ++i) {
    V transformed[6];
    transform_input(d, rows[i], transformed);
    for (int j = 0; j < 6; ++j) f(i * 6 + j, transformed[j]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggle
