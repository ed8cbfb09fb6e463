// Distances from points to the shapes of a portrait (signed distance functions), in SIMD packs.
// A part far from a lane's point is replaced there by a cheap lower bound of its distance; when
// that holds for a whole pack the part costs nothing. The choice is made lane by lane, so that the
// value is the same in every pack.
#if defined(SGILO_DATA_PORTRAIT_SHAPES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_SHAPES_INL_H_
#undef SGILO_DATA_PORTRAIT_SHAPES_INL_H_
#else
#define SGILO_DATA_PORTRAIT_SHAPES_INL_H_
#endif

#include "sgilo/data/portrait_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

constexpr float kFar = 9.0f;
constexpr Vector3 kNeckPivot{0, -0.75f, -0.2f};  // the head turns about it

HWY_INLINE Pack distance(const Sphere& s, Pack3 p) {
  const Pack squared =
      square(p.x - s.centre.x) + square(p.y - s.centre.y) + square(p.z - s.centre.z);
  return squared * rough_inverse_square_root(squared) - s.radius;
}

// |p/r| (|p/r| - 1) / |p/r^2|: exact to first order at the surface.
HWY_INLINE Pack distance(const Ellipsoid& e, Pack3 p) {
  Pack x = (p.x - e.centre.x) * e.inverse_radii.x;
  Pack y = (p.y - e.centre.y) * e.inverse_radii.y;
  Pack z = (p.z - e.centre.z) * e.inverse_radii.z;
  const Pack scaled = x * x + y * y + z * z + 1e-6f;
  x = x * e.inverse_radii.x;
  y = y * e.inverse_radii.y;
  z = z * e.inverse_radii.z;
  const Pack gradient = x * x + y * y + z * z + 1e-6f;
  return (scaled - scaled * rough_inverse_square_root(scaled)) *
         rough_inverse_square_root(gradient);
}

HWY_INLINE Pack distance(const RoundCone& c, Pack3 p) {
  const Pack x = p.x - c.start.x, y = p.y - c.start.y, z = p.z - c.start.z;
  const Pack along =
      clamp((x * c.axis.x + y * c.axis.y + z * c.axis.z) * c.inverse_axis_squared, 0, 1);
  const Pack squared =
      square(x - along * c.axis.x) + square(y - along * c.axis.y) + square(z - along * c.axis.z);
  return squared * rough_inverse_square_root(squared) - (c.start_radius + along * c.radius_change);
}

HWY_INLINE Pack3 to_head(const PortraitModel& m, Pack3 world) {
  const Pack x = world.x - kNeckPivot.x, y = world.y - kNeckPivot.y, z = world.z - kNeckPivot.z;
  const auto& r = m.rotation;
  return {x * r[0] + y * r[3] + z * r[6] + kNeckPivot.x,
          x * r[1] + y * r[4] + z * r[7] + kNeckPivot.y,
          x * r[2] + y * r[5] + z * r[8] + kNeckPivot.z};
}

HWY_INLINE Pack3 direction_to_head(const PortraitModel& m, Pack3 world) {
  const auto& r = m.rotation;
  return {world.x * r[0] + world.y * r[3] + world.z * r[6],
          world.x * r[1] + world.y * r[4] + world.z * r[7],
          world.x * r[2] + world.y * r[5] + world.z * r[8]};
}

// How much a smile raises the mouth at this distance from its middle: a parabola, corners up.
HWY_INLINE Pack smile_lift(const PortraitModel& m, Pack side) {
  const Pack across = minimum(side * m.inverse_mouth_width, 1.2f);
  return m.smile_height * (square(across) - 0.5f);
}

// The cheek line of a full beard curves up to the ear: height of a point below it.
HWY_INLINE Pack below_cheek_line(const PortraitModel& m, Pack side, Pack y) {
  return m.parameters.face.mouth_height - 0.02f - y + 3.0f * square(positive_part(side - 0.2f));
}

// Where a beard of this style is painted, 0 to 1.
HWY_INLINE Pack beard_cover(const PortraitModel& m, BeardStyle style, Pack3 p) {
  const float mouth = m.parameters.face.mouth_height;
  const Pack side = absolute(p.x);
  const Pack y = p.y - smile_lift(m, side);
  const Pack moustache = smooth_step(0.34f, 0.22f, side) *
                         smooth_step(mouth + 0.19f, mouth + 0.13f, y + 0.25f * side) *
                         smooth_step(mouth - 0.01f, mouth + 0.05f, y);
  Pack cover = moustache;
  if (style == BeardStyle::goatee) {
    const Pack chin =
        smooth_step(0.30f, 0.18f, side) * smooth_step(mouth - 0.05f, mouth - 0.13f, y);
    const Pack corners = smooth_step(0.37f, 0.31f, side) * smooth_step(0.2f, 0.28f, side) *
                         smooth_step(mouth + 0.1f, mouth, y) *
                         smooth_step(mouth - 0.3f, mouth - 0.1f, y);
    cover = maximum(moustache, maximum(chin, corners));
  } else if (style == BeardStyle::full) {
    const float ear = 0.7f * m.parameters.face.head_width;
    const Pack jaw = smooth_step(-0.07f, 0.07f, below_cheek_line(m, side, p.y)) *
                     smooth_step(ear + 0.05f, ear - 0.03f, side);
    cover = maximum(moustache, jaw);
  }
  const Pack front = smooth_step(-0.1f, 0.1f, p.z + (p.y + 0.55f) * 0.5f);
  return cover * front * smooth_step(-1.02f, -0.92f, p.y);
}

// The parts of the face that stand out from skull and jaw; `p` has p.x >= 0.
HWY_INLINE Pack add_features(const PortraitModel& m, Pack3 p, Mask near_face, Pack head) {
  head = select(near_face, smooth_union(head, distance(m.cheek, p), 0.22f), head);
  const Mask near_eyes = near_face & (p.y > -0.4f);
  if (any(near_eyes)) {
    Pack eyes = smooth_union(head, distance(m.brow, p), 0.16f);
    eyes = smooth_intersection(eyes, -distance(m.eye_socket, p), 0.14f);
    eyes = smooth_union(eyes, distance(m.eyeball, p), 0.03f);
    head = select(near_eyes, eyes, head);
  }
  const Mask near_nose = near_face & (p.x < 0.45f);
  if (any(near_nose)) {
    const Pack nose = smooth_union(head, distance(m.nose, p), 0.11f);
    head = select(near_nose, smooth_union(nose, distance(m.nostril_wing, p), 0.05f), head);
  }
  const Mask near_mouth = near_face & (p.y < -0.15f);
  if (any(near_mouth)) {
    head = select(near_mouth, smooth_union(head, distance(m.mouth, p), 0.09f), head);
  }
  return head;
}

HWY_INLINE Pack skin_distance(const PortraitModel& m, Pack3 p) {
  const Pack3 half{absolute(p.x), p.y, p.z};
  Pack head = smooth_union(distance(m.skull, half), distance(m.jaw, half), 0.35f);
  const Mask near_chin = p.y < -0.25f;
  if (any(near_chin)) {
    head = select(near_chin, smooth_union(head, distance(m.chin, half), 0.26f), head);
  }
  // What stands out most, the nose, lies in a sphere about the middle of the face.
  const Pack squared = square(p.x) + square(p.y + 0.15f) + square(p.z - 0.62f);
  const Pack before_face = squared * rough_inverse_square_root(squared) - 0.6f;
  const Mask near_face = before_face < 0.3f;
  Pack face = minimum(head, before_face);
  if (any(near_face)) face = select(near_face, add_features(m, half, near_face, head), face);
  head = face;
  const Mask near_ear = (half.x > 0.4f) & (absolute(p.y) < 0.6f);
  if (any(near_ear)) {
    head = select(near_ear, smooth_union(head, distance(m.ear, half), 0.05f), head);
  }
  if (m.parameters.beard.style == BeardStyle::full) {
    const Pack grown = smooth_step(0, 0.25f, below_cheek_line(m, half.x, p.y)) *
                       smooth_step(-0.1f, 0.2f, p.z + (p.y + 0.55f) * 0.5f);
    head = head - grown * m.beard_depth;
  }
  return head;
}

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

struct Parts {
  Pack skin, hair, hat, clothes;  // distances
  Pack3 head_point;
};

HWY_INLINE Pack skin_and_neck_distance(const PortraitModel& m, Pack3 world, Pack3 p) {
  constexpr float kClear = 0.3f;
  Pack skin = maximum(-1.25f - p.y, absolute(p.x) - 1.0f);  // less than the distance of the head
  const Mask near_head = skin < kClear;
  if (any(near_head)) skin = select(near_head, skin_distance(m, p), skin);

  const Pack before_neck = maximum(world.y - 0.0f, world.z - 0.2f);
  const Mask near_neck = before_neck < kClear;
  Pack joined = minimum(skin, before_neck);
  if (any(near_neck)) {
    joined = select(near_neck, smooth_union(skin, distance(m.neck, world), 0.16f), joined);
  }
  return joined;
}

// Not inlined: it is called in many places.
static HWY_NOINLINE Parts scene_parts(const PortraitModel& m, Pack3 world) {
  constexpr float kClear = 0.3f;
  Parts parts;
  const Pack3 p = to_head(m, world);
  parts.head_point = p;
  parts.skin = skin_and_neck_distance(m, world, p);

  parts.clothes = world.y + 1.0f;
  const Mask near_clothes = parts.clothes < kClear;
  if (any(near_clothes)) {
    parts.clothes = select(near_clothes, clothes_distance(m, world), parts.clothes);
  }

  const bool has_hat = m.parameters.hat.style != HatStyle::none;
  parts.hair = kFar;
  if (m.parameters.hair.style != HairStyle::bald) {
    parts.hair = m.hair_floor - p.y;
    const Mask near_hair = parts.hair < kClear;
    if (any(near_hair)) parts.hair = select(near_hair, hair_distance(m, p), parts.hair);
    if (has_hat) parts.hair = smooth_intersection(parts.hair, p.y + 0.12f * p.z - 0.56f, 0.05f);
  }
  parts.hat = kFar;
  if (has_hat) {
    parts.hat = 0.2f - p.y;
    const Mask near_hat = parts.hat < kClear;
    if (any(near_hat)) parts.hat = select(near_hat, hat_distance(m, p), parts.hat);
  }
  return parts;
}

HWY_INLINE Pack nearest(const Parts& parts) {
  return minimum(minimum(parts.skin, parts.clothes), minimum(parts.hair, parts.hat));
}

HWY_INLINE Pack scene_distance(const PortraitModel& m, Pack3 world) {
  return nearest(scene_parts(m, world));
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
