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
  return squared * inverse_square_root(squared) - s.radius;
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
  return (scaled - scaled * inverse_square_root(scaled)) * inverse_square_root(gradient);
}

HWY_INLINE Pack distance(const RoundCone& c, Pack3 p) {
  const Pack x = p.x - c.start.x, y = p.y - c.start.y, z = p.z - c.start.z;
  const Pack along =
      clamp((x * c.axis.x + y * c.axis.y + z * c.axis.z) * c.inverse_axis_squared, 0, 1);
  const Pack squared =
      square(x - along * c.axis.x) + square(y - along * c.axis.y) + square(z - along * c.axis.z);
  return squared * inverse_square_root(squared) - (c.start_radius + along * c.radius_change);
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
  const Pack moustache = smooth_step(0.33f, 0.20f, side) *
                         smooth_step(mouth + 0.19f, mouth + 0.12f, y) *
                         smooth_step(mouth, mouth + 0.06f, y);
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

// The parts of the face that stand out from skull, jaw and cheeks; `p` has p.x >= 0.
HWY_INLINE Pack add_features(const PortraitModel& m, Pack3 p, Pack head) {
  head = smooth_union(head, distance(m.brow, p), 0.16f);
  head = smooth_intersection(head, -distance(m.eye_socket, p), 0.14f);
  head = smooth_union(head, distance(m.eyeball, p), 0.03f);
  head = smooth_union(head, distance(m.nose, p), 0.11f);
  head = smooth_union(head, distance(m.nostril_wing, p), 0.05f);
  return smooth_union(head, distance(m.mouth, p), 0.09f);
}

HWY_INLINE Pack skin_distance(const PortraitModel& m, Pack3 p) {
  const Pack3 half{absolute(p.x), p.y, p.z};
  Pack head = distance(m.skull, half);
  head = smooth_union(head, distance(m.jaw, half), 0.35f);
  head = smooth_union(head, distance(m.chin, half), 0.26f);
  head = smooth_union(head, distance(m.cheek, half), 0.22f);
  // All features lie in a sphere about the middle of the face.
  const Mask near_face = square(p.x) + square(p.y + 0.15f) + square(p.z - 0.62f) < 0.72f;
  if (any(near_face)) head = select(near_face, add_features(m, half, head), head);
  head = smooth_union(head, distance(m.ear, half), 0.05f);
  if (m.parameters.beard.style == BeardStyle::full) {
    head = head - smooth_step(0, 0.25f, below_cheek_line(m, half.x, p.y)) *
                      smooth_step(-0.1f, 0.2f, p.z + (p.y + 0.55f) * 0.5f) * m.beard_depth;
  }
  return head;
}

HWY_INLINE Pack afro_distance(const PortraitModel& m, Pack3 p) {
  const Pack bumps =
      sine(p.x * 13.0f + m.parameters.hair.phase) * sine(p.y * 12.0f) * sine(p.z * 13.0f) * 0.025f;
  return smooth_intersection(distance(m.hair_cap, p) + bumps, -distance(m.face_opening, p), 0.10f);
}

HWY_INLINE Pack hair_distance(const PortraitModel& m, Pack3 p) {
  const auto& hair = m.parameters.hair;
  if (hair.style == HairStyle::afro) return afro_distance(m, p);
  const float phase = hair.phase;
  const Pack side = absolute(p.x);
  const Pack3 half{side, p.y, p.z};
  const Pack wobble = sine(p.x * 7.0f + phase + 2.0f * sine(p.y * 4.0f)) *
                      sine(p.y * 5.0f + p.z * 6.0f + phase * 2) * m.wobble;
  Pack shell = distance(m.hair_cap, p);
  if (hair.style == HairStyle::side) {
    shell = smooth_union(shell, distance(m.hair_quiff, p), 0.15f);
  }
  shell = shell + wobble;

  // The face opening: an ellipsoid whose upper edge has a notch (parting) and teeth (strands).
  const Pack squared = square(p.x - m.parting_x) + 0.004f;
  const Pack from_parting = squared * inverse_square_root(squared);
  const Pack strands = sine(p.x * 16.0f + phase) * 0.022f + sine(p.x * 29.0f + 2 * phase) * 0.012f;
  const Pack raised = (from_parting - 0.25f) * m.parting_depth * smooth_step(-0.2f, 0.5f, p.y) +
                      strands * smooth_step(0.1f, 0.4f, p.y);
  Pack opening = distance(m.face_opening, {side, p.y + raised, p.z});

  if (hair.style == HairStyle::bob || hair.style == HairStyle::straight) {
    const Pack curl = sine(p.y * (5.0f + hair.waviness) + phase) * m.curl;
    Pack falling = distance(m.hair_side, {side + curl, p.y, p.z}) + wobble;
    falling = smooth_intersection(falling, m.lowest_hair - p.y, 0.12f);
    opening = smooth_union(opening, distance(m.neck_opening, half), 0.1f);
    return smooth_intersection(smooth_union(shell, falling, 0.14f), -opening, 0.18f);
  }
  opening = smooth_union(opening, distance(m.ear_opening, half), 0.08f);
  shell = smooth_intersection(shell, -0.32f - p.y, 0.1f);
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

// Not inlined: it is called in many places.
static HWY_NOINLINE Parts scene_parts(const PortraitModel& m, Pack3 world) {
  Parts parts;
  const Pack3 p = to_head(m, world);
  parts.head_point = p;

  // Below the collar the head is far: a sphere of radius 1.4 about its middle bounds it.
  const Pack from_middle = dot(p, p);
  const Mask near_head = from_middle < 1.75f * 1.75f;
  const Pack bound = from_middle * inverse_square_root(from_middle) - 1.4f;
  parts.skin = bound;
  if (any(near_head)) parts.skin = select(near_head, skin_distance(m, p), bound);

  // The neck and the clothes end below y = -0.6 and y = -1.0.
  const Mask near_neck = world.y < 0.1f;
  if (any(near_neck)) {
    const Pack joined = smooth_union(parts.skin, distance(m.neck, world), 0.16f);
    parts.skin = select(near_neck, joined, parts.skin);
  }
  const Mask near_clothes = world.y < -0.6f;
  parts.clothes = world.y + 1.0f;
  if (any(near_clothes)) {
    parts.clothes = select(near_clothes, clothes_distance(m, world), parts.clothes);
  }

  parts.hair = kFar;
  parts.hat = kFar;
  if (m.parameters.hair.style != HairStyle::bald) {
    parts.hair = hair_distance(m, p);
    if (m.parameters.hat.style != HatStyle::none) {
      parts.hair = smooth_intersection(parts.hair, p.y + 0.12f * p.z - 0.56f, 0.05f);
    }
  }
  if (m.parameters.hat.style != HatStyle::none) parts.hat = hat_distance(m, p);
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
