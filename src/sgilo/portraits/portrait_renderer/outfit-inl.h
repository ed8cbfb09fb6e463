// The distances to hair, hat and clothes.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_OUTFIT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_OUTFIT_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_OUTFIT_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_OUTFIT_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/shapes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

HWY_INLINE Pack afro_distance(const PortraitModel& m, Pack3 p) {
  const Pack bumps =
      sine(p.x * 13.0f + m.parameters.hair.phase) * sine(p.y * 12.0f) * sine(p.z * 13.0f) * 0.025f;
  return smooth_intersection(distance(m.hair_cap, p) + bumps, -distance(m.face_opening, p), 0.10f);
}

// The face opening: an ellipsoid whose upper edge has a notch (parting) and teeth (strands).
HWY_INLINE Pack opening_distance(const PortraitModel& m, Pack3 p, Pack side) {
  const float phase = m.parameters.hair.phase;
  const Mask near_hairline = p.y > -0.2f;
  Pack y = p.y;
  if (any(near_hairline)) {
    const Pack squared = square(p.x - m.parting_x) + 0.004f;
    const Pack from_parting = squared * rough_inverse_square_root(squared);
    const Pack strands =
        sine(p.x * 16.0f + phase) * 0.022f + sine(p.x * 29.0f + 2 * phase) * 0.012f;
    const Pack raised = (from_parting - 0.25f) * m.parting_depth * smooth_step(-0.2f, 0.5f, p.y) +
                        strands * smooth_step(0.1f, 0.4f, p.y);
    y = select(near_hairline, p.y + raised, p.y);
  }
  return distance(m.face_opening, {side, y, p.z});
}

HWY_INLINE Pack hair_distance(const PortraitModel& m, Pack3 p) {
  const auto& hair = m.parameters.hair;
  if (hair.style == HairStyle::afro) return afro_distance(m, p);
  const Pack side = absolute(p.x);
  const Pack3 half{side, p.y, p.z};
  const bool is_long = hair.style == HairStyle::bob || hair.style == HairStyle::straight;
  Pack opening = opening_distance(m, p, side);
  opening = is_long ? smooth_union(opening, distance(m.neck_opening, half), 0.1f)
                    : smooth_union(opening, distance(m.ear_opening, half), 0.08f);

  Pack shell = distance(m.hair_cap, p);
  if (hair.style == HairStyle::side) {
    shell = smooth_union(shell, distance(m.hair_quiff, p), 0.15f);
  }
  Pack falling = kFar;
  if (is_long) {
    const Pack curl = sine(p.y * (5.0f + hair.waviness) + hair.phase) * m.curl;
    falling = distance(m.hair_side, {side + curl, p.y, p.z});
  }

  // The waves fade out where the hair is far.
  const Pack nearness = smooth_step(0.35f, 0.2f, maximum(minimum(shell, falling), -opening));
  Pack wobble = 0.0f;
  if (any(nearness > 0.0f)) {
    wobble = sine(p.x * 7.0f + hair.phase + 2.0f * sine(p.y * 4.0f)) *
             sine(p.y * 5.0f + p.z * 6.0f + hair.phase * 2) * m.wobble * nearness;
  }
  shell = shell + wobble;
  if (is_long) {
    falling = smooth_intersection(falling + wobble, m.hair_floor - p.y, 0.12f);
    return smooth_intersection(smooth_union(shell, falling, 0.14f), -opening, 0.18f);
  }
  shell = smooth_intersection(shell, m.hair_floor - p.y, 0.1f);
  shell = smooth_intersection(shell, p.z * 0.55f - (p.y + 0.45f), 0.1f);
  shell = smooth_intersection(shell, -opening, 0.16f);
  if (hair.style == HairStyle::bun) {
    shell = smooth_union(shell, distance(m.bun, p) + wobble, 0.08f);
  }
  return shell;
}

HWY_INLINE Pack hat_distance(const PortraitModel& m, Pack3 p) {
  const Pack3 half{absolute(p.x), p.y, p.z};
  const Pack dome = distance(m.hat_dome, half);
  const Pack height = p.y + 0.12f * p.z;  // along the hat, which sits tilted
  if (m.parameters.hat.style == HatStyle::beanie) {
    const Pack cap = smooth_intersection(dome - 0.02f, 0.50f - height, 0.05f);
    const Pack band = smooth_intersection(smooth_intersection(dome - 0.07f, 0.47f - height, 0.05f),
                                          height - 0.68f, 0.05f);
    return minimum(cap, band);
  }
  const Pack brim_outline = distance(m.hat_brim, half);
  if (m.parameters.hat.style == HatStyle::cap) {
    const Pack cap = smooth_intersection(dome, 0.52f - height, 0.04f);
    const Pack sheet =
        absolute(p.y - 0.56f + 0.22f * (p.z - 0.7f) + square(half.x) * 0.25f) - 0.03f;
    const Pack visor = smooth_intersection(brim_outline, sheet, 0.03f);
    return smooth_union(cap, smooth_intersection(visor, 0.25f - p.z, 0.05f), 0.04f);
  }
  const Pack crown = smooth_intersection(dome, 0.50f - height, 0.05f);
  const Pack sheet = absolute(p.y - 0.55f - 0.10f * square(half.x)) - 0.03f;
  return smooth_union(crown, smooth_intersection(brim_outline, sheet, 0.03f), 0.08f);
}

HWY_INLINE Pack clothes_distance(const PortraitModel& m, Pack3 world) {
  const Pack3 half{absolute(world.x), world.y, world.z};
  Pack cloth = smooth_union(distance(m.torso, half), distance(m.shoulder, half), 0.3f);
  if (m.parameters.clothes.collar == CollarStyle::turtleneck) {
    const Pack collar = smooth_intersection(distance(m.turtleneck, world), world.y + 1.04f, 0.05f);
    cloth = smooth_union(cloth, collar, 0.12f);
  } else if (m.parameters.clothes.collar == CollarStyle::vee) {
    cloth = smooth_intersection(cloth, -distance(m.neckline, world), 0.04f);
  }
  return cloth;
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
