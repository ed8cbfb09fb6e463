// The passes of pixel_passes.h for one SIMD target.
#if defined(SGILO_GENERATOR_KERNELS_PIXEL_PASSES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_GENERATOR_KERNELS_PIXEL_PASSES_INL_H_
#undef SGILO_GENERATOR_KERNELS_PIXEL_PASSES_INL_H_
#else
#define SGILO_GENERATOR_KERNELS_PIXEL_PASSES_INL_H_
#endif

#include <algorithm>
#include <cstring>

#include "hwy/highway.h"
#include "sgilo/generator/kernels/leaky_relu-inl.h"
#include "sgilo/generator/kernels/pixel_passes.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
// Pixels' activations from their convolution results.
template <bool kRgb, bool kKept, bool kScaled, class T>
HWY_INLINE void activate(const ActivationPass<T>& pass) {
  const LayerEnd& end = pass.end;
  const std::int64_t channels = end.channels;
  for (std::int64_t p = 0; p < pass.count; ++p) {
    const std::int64_t at = p * channels;
    const float added = pass.noise ? pass.noise[p] : 0.0f;
    const Wide wide;
    auto red = hn::Zero(wide), green = red, blue = red;
    float single[3] = {0, 0, 0};
    for_channels(channels, [&](auto d, std::int64_t c) HWY_ATTR {
      const auto before = hn::MulAdd(load(d, pass.y + at + c), load(d, end.demodulation + c),
                                     hn::Add(load(d, end.bias + c), hn::Set(d, added)));
      const auto a = leaky_relu(d, before, hn::Set(d, end.limit));
      store(d, a, pass.activation + at + c);
      if constexpr (kKept) store(d, a, pass.kept + at + c);
      if constexpr (kScaled)
        store(d, hn::Mul(a, load(d, end.next_style + c)), pass.scaled + at + c);
      if constexpr (kRgb) {
        const float* m = end.rgb + c;
        if constexpr (std::is_same_v<decltype(d), Wide>) {
          red = hn::MulAdd(a, load(d, m), red);
          green = hn::MulAdd(a, load(d, m + channels), green);
          blue = hn::MulAdd(a, load(d, m + 2 * channels), blue);
        } else {
          for (int k = 0; k < 3; ++k) single[k] += hn::GetLane(a) * m[k * channels];
        }
      }
    });
    if constexpr (kRgb) {
      pass.rgb[p] = sum(wide, red) + single[0];
      pass.rgb[pass.rgb_stride + p] = sum(wide, green) + single[1];
      pass.rgb[2 * pass.rgb_stride + p] = sum(wide, blue) + single[2];
    }
  }
}

template <class T>
HWY_INLINE void activation(const ActivationPass<T>& p) {
  if (p.scaled) return p.end.rgb ? activate<true, false, true>(p) : activate<false, false, true>(p);
  if (p.end.rgb) return p.kept ? activate<true, true, false>(p) : activate<true, false, false>(p);
  return p.kept ? activate<false, true, false>(p) : activate<false, false, false>(p);
}

// out[i] = (in0[i] + 3 in1[i] + 3 in2[i] + in3[i]) / 4; a null row is zero.
template <class T>
HWY_INLINE void filter_rows(const T* const rows[4], std::int64_t count, float* out) {
  constexpr float kFilter[4] = {0.25f, 0.75f, 0.75f, 0.25f};
  for_channels(count, [&](auto d, std::int64_t i) HWY_ATTR {
    auto v = hn::Zero(d);
    for (int k = 0; k < 4; ++k)
      if (rows[k]) v = hn::MulAdd(load(d, rows[k] + i), hn::Set(d, kFilter[k]), v);
    hn::StoreU(v, d, out + i);
  });
}

// f(row, line) for each row of the result, `line` its 2W pixels.
template <class T, class F>
HWY_INLINE void for_filtered_rows(const FilterPhases<T>& p, F f) {
  const std::int64_t c = p.channels, w = p.width;
  float* even = p.buffer;               // columns 0 .. W
  float* odd = even + (w + 1) * c + c;  // columns -1 .. W: zero outside of 0 .. W - 1
  float* line = odd + (w + 1) * c;      // 2W columns
  std::memset(odd - c, 0, static_cast<std::size_t>(c) * sizeof(float));
  std::memset(odd + w * c, 0, static_cast<std::size_t>(c) * sizeof(float));
  for (std::int64_t row = p.first_row; row < p.last_row; ++row) {
    const T *even_rows[4], *odd_rows[4];
    for (std::int64_t k = 0; k < 4; ++k) {
      const std::int64_t r = row - 1 + k;
      const bool inside = r >= 0 && r <= 2 * p.height;
      even_rows[k] = inside ? p.phases[2 * (r & 1)] + (r >> 1) * (w + 1) * c : nullptr;
      odd_rows[k] = inside ? p.phases[2 * (r & 1) + 1] + (r >> 1) * w * c : nullptr;
    }
    filter_rows(even_rows, (w + 1) * c, even);
    filter_rows(odd_rows, w * c, odd);
    for (std::int64_t j = 0; j < w; ++j) {
      const float *e = even + j * c, *o = odd + j * c;
      float* to = line + 2 * j * c;
      for_channels(c, [&](auto d, std::int64_t i) HWY_ATTR {
        const auto near = hn::Set(d, 0.75f), far = hn::Set(d, 0.25f);
        const auto before = load(d, o - c + i), left = load(d, e + i), right = load(d, o + i),
                   after = load(d, e + c + i), beyond = load(d, o + c + i);
        hn::StoreU(hn::MulAdd(far, hn::Add(before, after), hn::Mul(near, hn::Add(left, right))), d,
                   to + i);
        hn::StoreU(hn::MulAdd(far, hn::Add(left, beyond), hn::Mul(near, hn::Add(right, after))), d,
                   to + c + i);
      });
    }
    f(row, line);
  }
}

HWY_INLINE void filtered_activation(const FilteredActivationPass& p) {
  const std::int64_t width = 2 * p.from.width;
  for_filtered_rows(p.from, [&](std::int64_t row, const float* line) HWY_ATTR {
    const std::int64_t pixel = row * width, at = pixel * p.from.channels;
    activation(ActivationPass<float>{p.end, line, width, p.noise ? p.noise + pixel : nullptr,
                                     p.activation + at, p.kept ? p.kept + at : nullptr, nullptr,
                                     0});
  });
}

template <class T>
HWY_INLINE void filter(const FilterPass<T>& p) {
  const std::int64_t numbers = 2 * p.from.width * p.from.channels;
  for_filtered_rows(p.from, [&](std::int64_t row, const float* line) HWY_ATTR {
    for_channels(numbers, [&](auto d, std::int64_t i) HWY_ATTR {
      store(d, hn::LoadU(d, line + i), p.to + row * numbers + i);
    });
  });
}

template <bool kNext, bool kRgb, bool kNoise, class D, class T>
HWY_INLINE void activation_gradient_of(D d, std::int64_t c, const ActivationGradientPass<T>& p,
                                       std::int64_t first, std::int64_t last, float* across) {
  const std::int64_t channels = p.end.channels;
  const auto zero = hn::Zero(d);
  const auto demodulation = load(d, p.end.demodulation + c), bias = load(d, p.end.bias + c);
  auto style = zero, red = zero, green = zero, blue = zero;
  if constexpr (kNext) style = load(d, p.end.next_style + c);
  if constexpr (kRgb) {
    red = load(d, p.end.rgb + c);
    green = load(d, p.end.rgb + channels + c);
    blue = load(d, p.end.rgb + 2 * channels + c);
  }
  float* sums = p.sums + c;
  auto style_sum = load(d, sums), red_sum = load(d, sums + channels),
       green_sum = load(d, sums + 2 * channels), blue_sum = load(d, sums + 3 * channels),
       demodulation_sum = load(d, sums + 4 * channels), bias_sum = load(d, sums + 5 * channels);
  for (std::int64_t i = first; i < last; ++i) {
    const std::int64_t at = i * channels + c;
    const auto a = load(d, p.activation + at);
    auto g = zero;
    if constexpr (kNext) {
      const auto scaled = load(d, p.scaled_gradient + at);
      g = hn::Mul(scaled, style);
      style_sum = hn::MulAdd(scaled, a, style_sum);
    }
    if constexpr (kRgb) {
      const auto r = hn::Set(d, p.rgb_gradient[i]),
                 gr = hn::Set(d, p.rgb_gradient[p.rgb_stride + i]),
                 b = hn::Set(d, p.rgb_gradient[2 * p.rgb_stride + i]);
      g = hn::MulAdd(r, red, hn::MulAdd(gr, green, hn::MulAdd(b, blue, g)));
      red_sum = hn::MulAdd(r, a, red_sum);
      green_sum = hn::MulAdd(gr, a, green_sum);
      blue_sum = hn::MulAdd(b, a, blue_sum);
    }
    const auto before = leaky_relu_gradient(d, a, hn::Set(d, p.end.limit), g);
    auto y = hn::Sub(before, bias);
    if (p.noise) y = hn::Sub(y, hn::Set(d, p.noise[i]));
    demodulation_sum = hn::MulAdd(g, y, demodulation_sum);
    bias_sum = hn::Add(bias_sum, g);
    store(d, hn::Mul(g, demodulation), p.y_gradient + at);
    if constexpr (kNoise) {
      float* own = across + (i - first) * static_cast<std::int64_t>(hn::Lanes(Wide()));
      hn::StoreU(hn::Add(hn::LoadU(d, own), g), d, own);
    }
  }
  store(d, style_sum, sums);
  store(d, red_sum, sums + channels);
  store(d, green_sum, sums + 2 * channels);
  store(d, blue_sum, sums + 3 * channels);
  store(d, demodulation_sum, sums + 4 * channels);
  store(d, bias_sum, sums + 5 * channels);
}

// Channels are the outer loop, so that coefficients and sums stay in registers; tiles of pixels, so
// that the memory in between stays in the first cache.
template <bool kNext, bool kRgb, bool kNoise, class T>
HWY_INLINE void activation_gradient_tiles(const ActivationGradientPass<T>& p) {
  constexpr std::int64_t kTile = 64;
  const Wide wide;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(wide));
  HWY_ALIGN float across[kTile * HWY_MAX_BYTES / sizeof(float)];  // over channels, per pixel
  for (std::int64_t first = 0; first < p.count; first += kTile) {
    const std::int64_t last = std::min(first + kTile, p.count);
    if constexpr (kNoise)
      std::memset(across, 0, static_cast<std::size_t>((last - first) * lanes) * sizeof(float));
    for_channels(p.end.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      activation_gradient_of<kNext, kRgb, kNoise>(d, c, p, first, last, across);
    });
    if constexpr (kNoise)
      for (std::int64_t i = first; i < last; ++i)
        p.noise_gradient[i] = sum(wide, hn::LoadU(wide, across + (i - first) * lanes));
  }
}

template <class T>
HWY_INLINE void activation_gradient(const ActivationGradientPass<T>& p) {
  const auto run = [&](auto next, auto rgb) HWY_ATTR {
    if (p.noise_gradient)
      activation_gradient_tiles<decltype(next)::value, decltype(rgb)::value, true>(p);
    else
      activation_gradient_tiles<decltype(next)::value, decltype(rgb)::value, false>(p);
  };
  const std::true_type yes;
  const std::false_type no;
  if (p.scaled_gradient && p.rgb_gradient) return run(yes, yes);
  if (p.scaled_gradient) return run(yes, no);
  if (p.rgb_gradient) return run(no, yes);
  return run(no, no);
}

template <class T>
HWY_INLINE void filter_gradient(const FilterGradientPass<T>& p) {
  const std::int64_t c = p.channels, line = p.width * c;
  float* v = p.buffer + 2 * c;  // columns -2 .. width + 1, zero outside
  std::memset(p.buffer, 0, static_cast<std::size_t>(2 * c) * sizeof(float));
  std::memset(v + line, 0, static_cast<std::size_t>(2 * c) * sizeof(float));
  for (std::int64_t row = p.first_row; row < p.last_row; ++row) {
    const T* rows[4];
    for (std::int64_t k = 0; k < 4; ++k) {
      const std::int64_t r = row - 2 + k;
      rows[k] = r >= 0 && r < p.height ? p.gradient + r * line : nullptr;
    }
    filter_rows(rows, line, v);
    T* to = p.t_gradient + row * (line + c);
    for_channels(line + c, [&](auto d, std::int64_t i) HWY_ATTR {
      const auto outer = hn::Add(load(d, v + i + c), load(d, v + i - 2 * c));
      const auto inner = hn::Add(load(d, v + i), load(d, v + i - c));
      store(d, hn::MulAdd(hn::Set(d, 0.25f), outer, hn::Mul(hn::Set(d, 0.75f), inner)), to + i);
    });
  }
}

HWY_INLINE void scale(const ScalePass& p) {
  for (std::int64_t i = 0; i < p.count; ++i)
    for_channels(p.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      const std::int64_t at = i * p.channels + c;
      store(d, hn::Mul(load(d, p.x + at), load(d, p.style + c)), p.scaled + at);
    });
}

template <class T>
HWY_INLINE void scale_gradient(const ScaleGradientPass<T>& p) {
  for (std::int64_t i = 0; i < p.count; ++i)
    for_channels(p.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      const std::int64_t at = i * p.channels + c;
      const auto g = load(d, p.scaled_gradient + at);
      if (p.x_gradient) store(d, hn::Mul(g, load(d, p.style + c)), p.x_gradient + at);
      store(d, hn::MulAdd(g, load(d, p.x + at), load(d, p.style_sums + c)), p.style_sums + c);
    });
}

#define SGILO_ENTRIES(Pass, name)                            \
  void name##_float(const Pass<float>& pass) { name(pass); } \
  void name##_bfloat16(const Pass<BFloat16>& pass) { name(pass); }
SGILO_ENTRIES(ActivationPass, activation)
SGILO_ENTRIES(FilterPass, filter)
SGILO_ENTRIES(ActivationGradientPass, activation_gradient)
SGILO_ENTRIES(FilterGradientPass, filter_gradient)
SGILO_ENTRIES(ScaleGradientPass, scale_gradient)
#undef SGILO_ENTRIES

void filtered_activation_float(const FilteredActivationPass& pass) { filtered_activation(pass); }
void scale_float(const ScalePass& pass) { scale(pass); }

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggle
