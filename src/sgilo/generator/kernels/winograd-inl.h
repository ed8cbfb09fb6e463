// The passes of winograd.h for one SIMD target.
#if defined(SGILO_GENERATOR_KERNELS_WINOGRAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_GENERATOR_KERNELS_WINOGRAD_INL_H_
#undef SGILO_GENERATOR_KERNELS_WINOGRAD_INL_H_
#else
#define SGILO_GENERATOR_KERNELS_WINOGRAD_INL_H_
#endif

#include <algorithm>
#include <cstring>

#include "hwy/highway.h"
#include "sgilo/generator/kernels/pixel_passes.h"
#include "sgilo/generator/kernels/winograd.h"
#include "sgilo/generator/kernels/winograd_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The workspace: transformed input, products, sums over channels, zeros.
struct Workspace {
  template <class T>
  explicit Workspace(const WinogradPass<T>& p)
      : point_stride((p.inputs + kChunk - 1) / kChunk * kWinogradTiles * kChunk),
        inputs(p.workspace),
        products(inputs + kPoints * point_stride),
        across(products + kWinogradTiles * kPoints * kBlock),
        zeros(across + kWinogradTiles * kTilePixels * kSums * kMostLanes) {}
  float* sum_of(std::int64_t tile, std::int64_t pixel) const {
    return across + (tile * kTilePixels + pixel) * kSums * kMostLanes;
  }
  std::int64_t point_stride;
  float* inputs;    // [36][chunks][tiles][kChunk]
  float* products;  // [tiles][36][kBlock]
  float* across;    // [tiles][pixels][sums][lanes]
  float* zeros;     // [inputs]
};

// A^T m.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void transform_output(D d, const V (&m)[6], V (&to)[4]) {
  const auto half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f);
  const auto small = hn::Set(d, kGain / 2), large = hn::Set(d, kGain);
  const auto sum = hn::Add(m[1], m[2]), difference = hn::Mul(small, hn::Sub(m[1], m[2]));
  const auto far_sum = hn::Add(m[3], m[4]), far_difference = hn::Mul(large, hn::Sub(m[3], m[4]));
  to[0] = hn::Add(m[0], hn::Add(sum, far_sum));
  to[1] = hn::Add(difference, far_difference);
  to[2] = hn::MulAdd(two, far_sum, hn::Mul(half, sum));
  to[3] = hn::Add(hn::MulAdd(two, far_difference, hn::Mul(half, difference)), m[5]);
}

// s x -> B^T s x B of all tiles.
template <class T>
HWY_INLINE void transform_inputs(const WinogradPass<T>& p, const Workspace& w) {
  const T* zeros = reinterpret_cast<const T*>(w.zeros);  // all bits are zero
  std::memset(w.zeros, 0, static_cast<std::size_t>(p.inputs) * sizeof(float));
  for (std::int64_t t = 0; t < p.tiles; ++t) {
    const Place place(p, t);
    const float* style = p.styles ? p.styles + place.image * p.inputs : nullptr;
    const T* pixels[kPoints];
    find_pixels(p, place, zeros, pixels);
    for_channels(p.inputs, [&](auto d, std::int64_t c) HWY_ATTR {
      const auto scale = style ? load(d, style + c) : hn::Set(d, 1.0f);
      float* to = w.inputs + (c / kChunk * kWinogradTiles + t) * kChunk + c % kChunk;
      transform_pixels(d, pixels, c, scale, [&](int point, auto v) HWY_ATTR {
        hn::StoreU(v, d, to + point * w.point_stride);
      });
    });
  }
}

// kCount tiles' inputs at one point times the weights of two vectors of outputs.
template <int kCount>
HWY_NOINLINE void multiply_rows(const float* x, std::int64_t inputs, const float* weights,
                                float* products) {
  const Wide d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  hn::Vec<Wide> left[kCount], right[kCount];
  for (int t = 0; t < kCount; ++t) left[t] = right[t] = hn::Zero(d);
  for (std::int64_t first = 0; first < inputs; first += kChunk, x += kWinogradTiles * kChunk) {
    const std::int64_t count = std::min(kChunk, inputs - first);
    for (std::int64_t c = 0; c < count; ++c, weights += kBlock) {
      const auto w0 = hn::LoadU(d, weights), w1 = hn::LoadU(d, weights + lanes);
      HWY_UNROLL(12)
      for (int t = 0; t < kCount; ++t) {
        const auto value = hn::Set(d, x[t * kChunk + c]);
        left[t] = hn::MulAdd(value, w0, left[t]);
        right[t] = hn::MulAdd(value, w1, right[t]);
      }
    }
  }
  for (int t = 0; t < kCount; ++t) {
    hn::StoreU(left[t], d, products + t * kPoints * kBlock);
    hn::StoreU(right[t], d, products + t * kPoints * kBlock + lanes);
  }
}

template <int kCount>
HWY_INLINE void multiply_some(std::int64_t tiles, const float* x, std::int64_t inputs,
                              const float* weights, float* products) {
  if (tiles == kCount) return multiply_rows<kCount>(x, inputs, weights, products);
  if constexpr (kCount > 1) multiply_some<kCount - 1>(tiles, x, inputs, weights, products);
}

// The products of one block of outputs, all tiles and points.
template <class T>
HWY_INLINE void multiply(const WinogradPass<T>& p, const Workspace& w, std::int64_t block,
                         std::int64_t outputs) {
  const auto vectors = 2 * static_cast<std::int64_t>(hn::Lanes(Wide()));
  for (std::int64_t point = 0; point < kPoints; ++point) {
    const float* weights = p.weights + (block * kPoints + point) * p.inputs * kBlock;
    for (std::int64_t first = 0; first < p.tiles; first += kRows)
      for (std::int64_t o = 0; o < outputs; o += vectors)
        multiply_some<kRows>(std::min<std::int64_t>(kRows, p.tiles - first),
                             w.inputs + point * w.point_stride + first * kChunk, p.inputs,
                             weights + o, w.products + (first * kPoints + point) * kBlock + o);
  }
}

// The pixels of a tile in its image.
struct TilePixels {
  template <class T>
  TilePixels(const WinogradPass<T>& p, const Place& place)
      : width(p.width), count(p.height * p.width), first(place.row * p.width + place.column) {}
  std::int64_t at(int i, int j) const { return first + i * width + j; }
  std::int64_t width, count, first;
};

template <class D, class T>
HWY_INLINE void finish(D d, const PlainEnd<T>& end, const hn::Vec<D> (&y)[4][4], const Place& place,
                       const TilePixels& pixels, std::int64_t channels, std::int64_t c, float*) {
  T* to = end.to + place.image * pixels.count * channels + c;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) store(d, y[i][j], to + pixels.at(i, j) * channels);
}

template <class End>
HWY_INLINE const float* noise_of(const End& end, const Place& place, const TilePixels& pixels) {
  if (!end.noise) return nullptr;
  return end.noise + (end.noise_images == 1 ? 0 : place.image * pixels.count);
}

template <class D>
HWY_INLINE void finish(D d, const ActivationEnd& end, const hn::Vec<D> (&y)[4][4],
                       const Place& place, const TilePixels& pixels, std::int64_t channels,
                       std::int64_t c, float* across) {
  const auto demodulation = load(d, end.demodulation + place.image * channels + c),
             bias = load(d, end.bias + c), limit = hn::Set(d, end.limit);
  hn::Vec<D> matrix[3];
  for (int k = 0; k < 3; ++k)
    matrix[k] =
        end.matrices ? load(d, end.matrices + (place.image * 3 + k) * channels + c) : hn::Zero(d);
  const float* noise = noise_of(end, place, pixels);
  const std::int64_t image = place.image * pixels.count * channels + c;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const std::int64_t pixel = pixels.at(i, j), at = image + pixel * channels;
      auto before = hn::MulAdd(y[i][j], demodulation, bias);
      if (noise) before = hn::Add(before, hn::Set(d, noise[pixel]));
      const auto a = leaky_relu(d, before, limit);
      if (end.activation) store(d, a, end.activation + at);
      if (end.kept) store(d, a, end.kept + at);
      if (!end.matrices) continue;
      float* added = across + (i * 4 + j) * kSums * kMostLanes;
      for (int k = 0; k < 3; ++k, added += kMostLanes)
        hn::StoreU(hn::MulAdd(a, matrix[k], hn::LoadU(d, added)), d, added);
    }
}

template <class D, class T>
HWY_INLINE void finish(D d, const GradientEnd<T>& end, const hn::Vec<D> (&y)[4][4],
                       const Place& place, const TilePixels& pixels, std::int64_t channels,
                       std::int64_t c, float* across) {
  using V = hn::Vec<D>;
  const std::int64_t own = place.image * channels + c,
                     image = place.image * pixels.count * channels + c;
  const auto demodulation = load(d, end.demodulation + own), style = load(d, end.styles + own),
             bias = load(d, end.bias + c), limit = hn::Set(d, end.limit);
  const float* noise = noise_of(end, place, pixels);
  const float* rgb = end.rgb_gradient ? end.rgb_gradient + place.image * 3 * pixels.count : nullptr;
  V matrix[3], matrix_sum[3];
  float* sums = end.sums + place.image * end.sums_stride + c;
  auto style_sum = load(d, sums), demodulation_sum = load(d, sums + 4 * channels);
  for (int k = 0; k < 3; ++k) {
    matrix[k] = rgb ? load(d, end.matrices + (place.image * 3 + k) * channels + c) : hn::Zero(d);
    matrix_sum[k] = load(d, sums + (1 + k) * channels);
  }
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const std::int64_t pixel = pixels.at(i, j);
      const auto a = load(d, end.activation + image + pixel * channels);
      auto g = hn::Mul(y[i][j], style);
      style_sum = hn::MulAdd(y[i][j], a, style_sum);
      if (rgb)
        for (int k = 0; k < 3; ++k) {
          const auto colour = hn::Set(d, rgb[k * pixels.count + pixel]);
          g = hn::MulAdd(colour, matrix[k], g);
          matrix_sum[k] = hn::MulAdd(colour, a, matrix_sum[k]);
        }
      auto result = hn::Sub(leaky_relu_gradient(d, a, limit, g), bias);
      if (noise) result = hn::Sub(result, hn::Set(d, noise[pixel]));
      demodulation_sum = hn::MulAdd(g, result, demodulation_sum);
      store(d, hn::Mul(g, demodulation), end.y_gradient + image + pixel * channels);
      if (end.noise_gradient) {
        float* added = across + (i * 4 + j) * kSums * kMostLanes;
        hn::StoreU(hn::Add(hn::LoadU(d, added), g), d, added);
      }
    }
  store(d, style_sum, sums);
  for (int k = 0; k < 3; ++k) store(d, matrix_sum[k], sums + (1 + k) * channels);
  store(d, demodulation_sum, sums + 4 * channels);
}

// What is left when all channels of the tiles are finished.
template <class T, class End>
HWY_INLINE void conclude(const WinogradPass<T>&, const End&, const Workspace&) {}

HWY_INLINE void conclude(const WinogradPass<float>& p, const ActivationEnd& end,
                         const Workspace& w) {
  if (!end.matrices) return;
  const Wide wide;
  for (std::int64_t t = 0; t < p.tiles; ++t) {
    const Place place(p, t);
    const TilePixels pixels(p, place);
    for (int i = 0; i < kTilePixels; ++i) {
      float* to = end.rgb + place.image * 3 * pixels.count + pixels.at(i / 4, i % 4);
      for (int k = 0; k < 3; ++k)
        to[k * pixels.count] = sum(wide, hn::LoadU(wide, w.sum_of(t, i) + k * kMostLanes));
    }
  }
}

template <class T>
HWY_INLINE void conclude(const WinogradPass<T>& p, const GradientEnd<T>& end, const Workspace& w) {
  if (!end.noise_gradient) return;
  const Wide wide;
  for (std::int64_t t = 0; t < p.tiles; ++t) {
    const Place place(p, t);
    const TilePixels pixels(p, place);
    for (int k = 0; k < kTilePixels; ++k)
      end.noise_gradient[place.image * pixels.count + pixels.at(k / 4, k % 4)] =
          sum(wide, hn::LoadU(wide, w.sum_of(t, k)));
  }
}

template <class T, class End>
HWY_INLINE void winograd(const WinogradPass<T>& p, const End& end) {
  const Workspace w(p);
  std::fill_n(w.across, kWinogradTiles * kTilePixels * kSums * kMostLanes, 0.0F);
  transform_inputs(p, w);
  const std::int64_t blocks = (p.outputs + kBlock - 1) / kBlock;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t first = block * kBlock, outputs = std::min(kBlock, p.outputs - first);
    multiply(p, w, block, outputs);
    for (std::int64_t t = 0; t < p.tiles; ++t) {
      const Place place(p, t);
      const TilePixels pixels(p, place);
      for_channels(outputs, [&](auto d, std::int64_t o) HWY_ATTR {
        using V = hn::Vec<decltype(d)>;
        const float* from = w.products + t * kPoints * kBlock + o;
        V rows[4][6], y[4][4];
        for (int j = 0; j < 6; ++j) {
          V m[6], transformed[4];
          for (int i = 0; i < 6; ++i) m[i] = hn::LoadU(d, from + (i * 6 + j) * kBlock);
          transform_output(d, m, transformed);
          for (int i = 0; i < 4; ++i) rows[i][j] = transformed[i];
        }
        for (int i = 0; i < 4; ++i) transform_output(d, rows[i], y[i]);
        finish(d, end, y, place, pixels, p.outputs, first + o, w.sum_of(t, 0));
      });
    }
  }
  conclude(p, end, w);
}

#define SGILO_ENTRIES(End, name)                                                       \
  void name##_float(const WinogradPass<float>& pass, const End<float>& end) {          \
    winograd(pass, end);                                                               \
  }                                                                                    \
  void name##_bfloat16(const WinogradPass<BFloat16>& pass, const End<BFloat16>& end) { \
    winograd(pass, end);                                                               \
  }
SGILO_ENTRIES(PlainEnd, winograd_plain)
SGILO_ENTRIES(GradientEnd, winograd_gradient)
#undef SGILO_ENTRIES

void winograd_activation_float(const WinogradPass<float>& pass, const ActivationEnd& end) {
  winograd(pass, end);
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggle
