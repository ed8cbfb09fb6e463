// The colours painted onto the face: skin with folds and beard, mouth, nostrils, eyes, brows. Paint
// makes it a face at 64 pixels and costs little.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_FACE_PAINT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_FACE_PAINT_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_FACE_PAINT_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_FACE_PAINT_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/scene-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

HWY_INLINE float larger(float a, float b) { return a > b ? a : b; }

// The skin's paint while it is put on: `front` is 1 on the face, 0 behind the temples.
struct FacePaint {
  Pack3 colour;
  Pack wet, eye;
  Pack x, side, y, z, front;  // head coordinates; side = |x|
};

HWY_INLINE Pack within(Pack scaled_square) { return clamp(1.0f - scaled_square, 0, 1); }

HWY_INLINE void paint_skin(const PortraitModel& m, const Parts& parts, FacePaint& f) {
  const auto& skin = m.parameters.skin;
  const auto& face = m.parameters.face;
  const float phase = m.parameters.hair.phase;
  f.colour = pack3(skin.colour) *
             (1.0f + sine(f.x * 5.0f + phase) * sine(f.y * 4.0f + phase * 1.7f) * 0.03f);

  const Pack cheeks = within((square(f.side - 0.38f) + square(f.y + 0.26f)) * (1 / 0.07f));
  const Pack nose_tip = within((square(f.x) + square(f.y + 0.3f)) * (1 / 0.02f)) * 0.5f;
  const Pack blush = maximum(cheeks, nose_tip) * skin.blush * f.front;
  f.colour = f.colour * Pack3{1.0f - 0.04f * blush, 1.0f - 0.38f * blush, 1.0f - 0.32f * blush};

  const Pack eye_shade =
      within(square(f.side - face.eye_spacing) * 14.0f + square(f.y - 0.01f) * 34.0f) * f.front;
  f.colour = f.colour * (1.0f - 0.22f * eye_shade);

  // The fold from the nose to the corner of the mouth.
  const float smile = larger(m.parameters.expression.smile, 0);
  const Pack down = clamp((-0.28f - f.y) * (1 / 0.3f), 0, 1);
  const Pack fold_x = 0.15f + (0.16f + 0.05f * smile) * down;
  const Pack fold = within(absolute(f.side - fold_x) * (1 / 0.04f)) * smooth_step(0, 0.2f, down) *
                    smooth_step(1, 0.75f, down) * f.front;
  f.colour = f.colour * (1.0f - fold * (0.06f + 0.16f * smile + 0.1f * skin.age));

  const Pack3 hair = pack3(m.parameters.hair.colour);
  const auto& beard = m.parameters.beard;
  if (beard.stubble > 0 && beard.style != BeardStyle::full) {
    f.colour =
        mix(f.colour, hair, beard_cover(m, BeardStyle::full, {f.x, f.y, f.z}) * beard.stubble);
  }
  const HairStyle style = m.parameters.hair.style;
  if (style != HairStyle::bald && style != HairStyle::afro) {  // roots at the hairline
    const Pack roots = smooth_step(0.10f, 0.02f, parts.hair) * smooth_step(-0.2f, 0.1f, f.y);
    f.colour = mix(f.colour, hair, 0.55f * roots);
  }
  if (beard.style != BeardStyle::none) {
    const Pack strands = 0.85f + 0.25f * sine(f.x * 23.0f + 4.0f * sine(f.y * 9.0f));
    const float cover = beard.style == BeardStyle::full ? 0.92f : 0.85f;
    f.colour = mix(f.colour, hair * strands, beard_cover(m, beard.style, {f.x, f.y, f.z}) * cover);
  }
}

HWY_INLINE void paint_mouth(const PortraitModel& m, FacePaint& f) {
  const auto& face = m.parameters.face;
  const auto& expression = m.parameters.expression;
  const float smile = expression.smile;
  const Pack across = f.x * m.inverse_mouth_width;  // -1 and 1 at the corners
  const Pack inside = 1.0f - square(across);
  const Pack height = positive_part(inside);
  const Pack arch = square_root(height);

  const float middle = face.mouth_height - 0.04f * expression.mouth_open;
  const Pack above = f.y - (middle + smile_lift(m, f.side));
  const float lip = 0.052f * face.lip_thickness;
  const Pack gap = expression.mouth_open * 0.115f * height;
  const Pack cupid = 0.8f + 0.25f * minimum(absolute(across) * 3.5f, 1.0f);
  const Pack over_upper = above - gap * 0.45f;
  const Pack under_lower = -above - gap;
  const Pack corners = smooth_step(-0.06f, 0.1f, inside) * f.front;

  const Pack outside_lips =
      maximum(over_upper - lip * 0.95f * cupid * arch, under_lower - lip * 1.25f * arch);
  const Pack lips =
      smooth_step(0.012f, -0.012f, outside_lips) * smooth_step(-0.02f, 0.12f, inside) * f.front;
  const Pack3 lip_colour =
      pack3(m.parameters.skin.lips) * (1.0f + 0.15f * smooth_step(0, 0.05f, under_lower));
  f.colour = mix(f.colour, lip_colour, lips * 0.9f);
  f.wet = f.wet + lips * 0.5f;
  f.colour = f.colour * (1.0f - 0.65f * smooth_step(0.026f, 0.006f, absolute(above)) * corners);

  if (expression.mouth_open > 0) {
    const Pack hole = smooth_step(0.01f, -0.012f, maximum(over_upper, under_lower)) *
                      smooth_step(0, 0.1f, inside) * f.front;
    const Pack teeth = smooth_step(0, 0.015f, 0.05f + 0.015f * smile + over_upper) *
                       (smile > 0.1f ? 0.95f : 0.35f);
    const Pack3 inner = mix(Pack3{0.07f, 0.018f, 0.018f}, Pack3{0.72f, 0.68f, 0.60f}, teeth);
    f.colour = mix(f.colour, inner, hole);
  }
}

HWY_INLINE void paint_nostrils(const PortraitModel& m, FacePaint& f) {
  const auto& face = m.parameters.face;
  const Pack squared = square((f.side - 0.065f * face.nose_width) * (1 / 0.035f)) +
                       square((f.y + 0.235f * face.nose_length + 0.105f) * (1 / 0.026f));
  const Pack hole = smooth_step(1.6f, 0.4f, squared) * smooth_step(0.55f, 0.65f, f.z);
  f.colour = f.colour * (1.0f - 0.7f * hole);
}

HWY_INLINE void paint_eyes(const PortraitModel& m, FacePaint& f) {
  const auto& face = m.parameters.face;
  const auto& expression = m.parameters.expression;
  const Pack across = (f.side - face.eye_spacing) * (1 / face.eye_width);  // 1 at the outer corner
  const Pack y = f.y - 0.012f * across;
  const Pack inside = 1.0f - square(across);
  const Pack height = positive_part(inside);
  const float opening =
      face.eye_height * expression.eyelid_opening * (1 - 0.18f * larger(expression.smile, 0));
  const Pack from_upper_lid = y - 1.05f * opening * square_root(height);
  const Pack from_lower_lid = y + 0.72f * opening * height;
  const Pack front = smooth_step(0.35f, 0.45f, f.z);
  f.eye = smooth_step(0.012f, -0.008f, from_upper_lid) *
          smooth_step(-0.012f, 0.008f, from_lower_lid) * smooth_step(-0.03f, 0.08f, inside) * front;

  const Pack sign = select(f.x > 0.0f, 1.0f, -1.0f);
  const Pack iris_x = across * face.eye_width - sign * (expression.gaze_x * 0.12f);
  const Pack iris_y = y - (expression.gaze_y * 0.06f + 0.004f);
  const Pack radius = square_root(square(iris_x) + square(iris_y));
  constexpr float kIris = 0.079f;
  const Pack lid_shadow = 0.62f + 0.38f * smooth_step(0, 0.055f, -from_upper_lid);
  const Pack corner_shadow = 1.0f - 0.35f * smooth_step(0.6f, 1, absolute(across));
  Pack3 colour = Pack3{0.74f, 0.70f, 0.67f} * (lid_shadow * corner_shadow);
  const Pack3 iris =
      pack3(m.parameters.skin.eyes) * ((0.75f + 0.9f * smooth_step(0.01f, -0.05f, iris_y)) *
                                       smooth_step(kIris, kIris * 0.78f, radius));
  colour = mix(colour, iris, smooth_step(kIris + 0.008f, kIris - 0.010f, radius));
  colour = mix(colour, Pack3{0.008f, 0.007f, 0.007f}, smooth_step(0.042f, 0.028f, radius));
  const Pack glint = square(iris_x - (0.022f + 0.025f * m.light.x)) + square(iris_y - 0.03f);
  const Pack highlight = 0.9f * smooth_step(0.024f, 0.010f, square_root(glint));
  colour = colour + Pack3{highlight, highlight, highlight};
  f.colour = mix(f.colour, colour, f.eye);
  f.wet = f.wet + f.eye * 0.3f;

  const Pack lash =
      smooth_step(0.026f + 0.012f * face.delicacy, 0.006f, absolute(from_upper_lid - 0.008f)) *
      smooth_step(-0.25f, 0.05f, inside) * front;
  f.colour = mix(f.colour, Pack3{0.03f, 0.022f, 0.02f}, lash * (0.62f + 0.3f * face.delicacy));
  const Pack lower_lash = smooth_step(0.018f, 0.004f, absolute(from_lower_lid + 0.006f)) *
                          smooth_step(-0.1f, 0.1f, inside) * front;
  const Pack crease = smooth_step(0.02f, 0.004f, absolute(from_upper_lid - 0.055f)) *
                      smooth_step(-0.3f, 0.2f, inside) * front;
  f.colour = f.colour * ((1.0f - 0.35f * lower_lash) * (1.0f - 0.3f * crease));
}

HWY_INLINE void paint_brows(const PortraitModel& m, FacePaint& f) {
  const auto& face = m.parameters.face;
  const auto& expression = m.parameters.expression;
  const Pack across = (f.side - face.eye_spacing - 0.01f) * (1 / (face.eye_width * 1.42f));
  const Pack centre =
      0.165f + expression.brow_raise + face.brow_arch * 0.05f * (1.0f - square(across)) +
      expression.brow_tilt * 0.22f * across - 0.03f * smooth_step(0.2f, 1.1f, across);
  // Thick near the nose, thin at the temple; the hairs fray the edge a little.
  const Pack taper = (1.0f - 0.65f * smooth_step(-0.3f, 1.05f, across)) *
                     (1.0f - 0.25f * smooth_step(-0.6f, -1.0f, across));
  const Pack hairs = sine(f.side * 110.0f - f.y * 60.0f + 2.0f * sine(f.side * 31.0f));
  const Pack half_height = 0.033f * face.brow_thickness * taper + 0.002f * hairs;
  const Pack brow = smooth_step(0.018f, -0.016f, absolute(f.y - centre) - half_height) *
                    smooth_step(1.1f, 0.8f, absolute(across)) * smooth_step(0.25f, 0.4f, f.z) *
                    (0.95f + 0.05f * hairs);
  const float darkening = m.parameters.hair.style == HairStyle::bald ? 0.5f : 0.4f;
  const Pack3 colour =
      mix(pack3(m.parameters.hair.colour), Pack3{0.03f, 0.022f, 0.018f}, darkening);
  f.colour = mix(f.colour, colour, brow * 0.85f);
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
