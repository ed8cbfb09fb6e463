// Arithmetic on one SIMD pack of floats, compiled once per SIMD target.
// Only +, -, *, /, sqrt, min, max, compare, round and integer shifts: each is rounded alike by
// every target and works lane by lane,
// so a lane's value depends on neither the pack's width nor its neighbours.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_LANES_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_LANES_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_LANES_INL_H_
#endif

#ifdef __FAST_MATH__
#error "portraits must be the same on every machine: compile without -ffast-math"
#endif

#include <cstdint>

#include "hwy/highway.h"
#include "sgilo/portraits/portrait_renderer/portrait_model.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using FloatTag = hn::ScalableTag<float>;
using IntegerTag = hn::RebindToSigned<FloatTag>;

struct Mask {
  hn::Mask<FloatTag> raw;
};

struct Pack {
  hn::Vec<FloatTag> raw;

  Pack() = default;
  HWY_INLINE Pack(float value) : raw(hn::Set(FloatTag(), value)) {}
  HWY_INLINE explicit Pack(hn::Vec<FloatTag> value) : raw(value) {}
};

HWY_INLINE Pack operator+(Pack a, Pack b) { return Pack(hn::Add(a.raw, b.raw)); }
HWY_INLINE Pack operator-(Pack a, Pack b) { return Pack(hn::Sub(a.raw, b.raw)); }
HWY_INLINE Pack operator*(Pack a, Pack b) { return Pack(hn::Mul(a.raw, b.raw)); }
HWY_INLINE Pack operator/(Pack a, Pack b) { return Pack(hn::Div(a.raw, b.raw)); }
HWY_INLINE Pack operator-(Pack a) { return Pack(hn::Neg(a.raw)); }
HWY_INLINE Mask operator<(Pack a, Pack b) { return {hn::Lt(a.raw, b.raw)}; }
HWY_INLINE Mask operator>(Pack a, Pack b) { return {hn::Gt(a.raw, b.raw)}; }
HWY_INLINE Mask operator&(Mask a, Mask b) { return {hn::And(a.raw, b.raw)}; }
HWY_INLINE Mask operator|(Mask a, Mask b) { return {hn::Or(a.raw, b.raw)}; }
HWY_INLINE bool any(Mask m) { return !hn::AllFalse(FloatTag(), m.raw); }
HWY_INLINE Pack select(Mask m, Pack yes, Pack no) {
  return Pack(hn::IfThenElse(m.raw, yes.raw, no.raw));
}

HWY_INLINE int pack_width() { return static_cast<int>(hn::Lanes(FloatTag())); }
HWY_INLINE Pack load(const float* from) { return Pack(hn::LoadU(FloatTag(), from)); }
HWY_INLINE void store(Pack a, float* to) { hn::StoreU(a.raw, FloatTag(), to); }

HWY_INLINE Pack minimum(Pack a, Pack b) { return Pack(hn::Min(a.raw, b.raw)); }
HWY_INLINE Pack maximum(Pack a, Pack b) { return Pack(hn::Max(a.raw, b.raw)); }
HWY_INLINE Pack absolute(Pack a) { return Pack(hn::Abs(a.raw)); }
HWY_INLINE Pack clamp(Pack a, float low, float high) { return minimum(maximum(a, low), high); }
HWY_INLINE Pack positive_part(Pack a) { return maximum(a, 0.0f); }
HWY_INLINE Pack square_root(Pack a) { return Pack(hn::Sqrt(a.raw)); }
HWY_INLINE Pack square(Pack a) { return a * a; }
HWY_INLINE Pack mix(Pack a, Pack b, Pack t) { return a + (b - a) * t; }

// 1/sqrt(a) for a >= 0: first guess and first Newton step by Moroz et al. (2018), relative error
// below 7e-4 and smooth, which distances may have. Much faster than IEEE square root and division,
// and equal on all machines. At a = 0 it is finite,
// so that a * rough_inverse_square_root(a) is 0 there.
HWY_INLINE Pack rough_inverse_square_root(Pack a) {
  const auto bits = hn::BitCast(IntegerTag(), a.raw);
  const auto guess = hn::Sub(hn::Set(IntegerTag(), 0x5F1FFFF9), hn::ShiftRight<1>(bits));
  const Pack y(hn::BitCast(FloatTag(), guess));
  return y * (1.68191388f - 0.703952253f * a * y * y);
}

// The same to a relative error of 1e-6, by one more Newton step.
HWY_INLINE Pack inverse_square_root(Pack a) {
  const Pack y = rough_inverse_square_root(a);
  return y * (1.5f - 0.5f * a * y * y);
}

// The smooth step polynomial 3t^2 - 2t^3, from 0 at `edge0` to 1 at `edge1`; the edges may fall.
HWY_INLINE Pack smooth_step(float edge0, float edge1, Pack a) {
  const Pack t = clamp((a - edge0) * (1.0f / (edge1 - edge0)), 0, 1);
  return t * t * (3.0f - 2.0f * t);
}

// A sine good to 0.001, from two parabolas.
HWY_INLINE Pack sine(Pack radians) {
  const Pack turns = radians * 0.15915494f;
  const Pack phase = turns - Pack(hn::Round(turns.raw));
  const Pack parabola = phase * (8.0f - 16.0f * absolute(phase));
  return parabola * (0.775f + 0.225f * absolute(parabola));
}

// Union and intersection whose edge is rounded over
// the distance `round` (quadratic blend, I. Quilez).
HWY_INLINE Pack smooth_union(Pack a, Pack b, float round) {
  const Pack overlap = positive_part(round - absolute(a - b));
  return minimum(a, b) - overlap * overlap * (0.25f / round);
}
HWY_INLINE Pack smooth_intersection(Pack a, Pack b, float round) {
  const Pack overlap = positive_part(round - absolute(a - b));
  return maximum(a, b) + overlap * overlap * (0.25f / round);
}

// Three packs: points, directions or colours.
struct Pack3 {
  Pack x, y, z;
};

HWY_INLINE Pack3 pack3(Vector3 v) { return {v.x, v.y, v.z}; }
HWY_INLINE Pack3 pack3(Rgb c) { return {c.red, c.green, c.blue}; }
HWY_INLINE Pack3 operator+(Pack3 a, Pack3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
HWY_INLINE Pack3 operator*(Pack3 a, Pack3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
HWY_INLINE Pack3 operator*(Pack3 a, Pack b) { return {a.x * b, a.y * b, a.z * b}; }
HWY_INLINE Pack3 mix(Pack3 a, Pack3 b, Pack t) {
  return {mix(a.x, b.x, t), mix(a.y, b.y, t), mix(a.z, b.z, t)};
}
HWY_INLINE Pack dot(Pack3 a, Pack3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
HWY_INLINE Pack3 unit(Pack3 a) { return a * inverse_square_root(dot(a, a) + 1e-12f); }

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
