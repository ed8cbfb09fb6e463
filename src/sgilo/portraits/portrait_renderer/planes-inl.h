// What lies behind and before the portrait: the background, and the glasses' plane.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_PLANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_PLANES_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_PLANES_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_PLANES_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/shapes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

// The background at the image plane's point (x, y).
HWY_INLINE Pack3 background_colour(const PortraitModel& m, Pack x, Pack y) {
  const auto& b = m.parameters.background;
  const float phase = m.parameters.hair.phase;
  const Pack along = x * m.gradient.x + y * m.gradient.y;
  Pack3 colour = mix(pack3(b.colour), pack3(b.second_colour), clamp(0.5f + along, 0, 1));
  for (const auto& blob : b.blobs) {
    const Pack squared =
        (square(x - blob.x) + square(y - blob.y)) * (1 / (blob.radius * blob.radius));
    colour = mix(colour, pack3(blob.colour), blob.opacity * smooth_step(1, 0.1f, squared));
  }
  const Pack over_horizon = y - b.horizon_height + 0.1f * sine(x * 3.0f + phase);
  colour = mix(colour, pack3(b.horizon_colour),
               b.horizon_opacity * smooth_step(0.22f, -0.22f, over_horizon));
  const Pack waves = sine(x * b.wave_frequency + phase + 1.5f * sine(y * 1.7f + phase)) *
                     sine(y * (b.wave_frequency * 0.7f) + 2 * phase + x);
  const Pack vignette = 1.0f - 0.06f * (square(x) + square(y));
  return colour * ((1.0f + b.wave_strength * waves) * vignette);
}

// The glasses' two lenses in their plane, in head coordinates: colour seen through them.
HWY_INLINE Pack3 through_glasses(const PortraitModel& m, Pack3 colour, Pack x, Pack y,
                                 Pack visible) {
  const auto& glasses = m.parameters.glasses;
  const float spacing = m.parameters.face.eye_spacing;
  const Pack lens_x = absolute(x) - spacing - 0.015f;
  const Pack lens_y = y + 0.005f;
  const bool sun = glasses.style == GlassesStyle::sun;
  Pack edge;  // signed distance to the rim
  if (glasses.style == GlassesStyle::round) {
    edge = square_root(square(lens_x) + square(lens_y)) - 0.215f;
  } else {
    constexpr float kRounding = 0.08f;
    const Pack beyond_x = absolute(lens_x) - ((sun ? 0.235f : 0.225f) - kRounding);
    const Pack beyond_y =
        absolute(lens_y + (sun ? 0.02f : 0.0f)) - ((sun ? 0.175f : 0.15f) - kRounding);
    edge = square_root(square(positive_part(beyond_x)) + square(positive_part(beyond_y))) +
           minimum(maximum(beyond_x, beyond_y), 0.0f) - kRounding;
  }
  const Pack frame = smooth_step(0.034f, 0.016f, absolute(edge));
  const Pack bridge = smooth_step(0.03f, 0.014f, absolute(y - 0.05f + square(x) * 2.0f)) *
                      smooth_step(0.01f, -0.01f, absolute(x) - (spacing - 0.2f));
  const Pack rim = maximum(frame, bridge) * visible;
  const Pack lens = smooth_step(0.01f, -0.01f, edge) * visible;
  if (sun) {
    const Pack3 dark =
        Pack3{0.025f, 0.022f, 0.025f} * (1.0f + 5.0f * smooth_step(-0.1f, 0.25f, lens_y));
    colour = mix(colour, dark, lens * 0.95f);
  } else {
    colour = mix(colour, Pack3{0.6f, 0.63f, 0.68f}, lens * (glasses.reflection * 0.5f));
  }
  const Pack streak =
      lens * smooth_step(0.06f, 0, absolute(lens_x + lens_y * 0.8f - 0.06f)) * 0.06f;
  return mix(colour + Pack3{streak, streak, streak}, pack3(glasses.rim), rim * 0.93f);
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
