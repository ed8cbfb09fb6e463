// The distance to the head: skull and jaw, what stands out of them, and the beard.
// A shape far from a lane's point is left out there, or replaced by a cheap lower bound of its
// distance; when that holds for a whole pack the shape costs nothing. The choice is made lane by
// lane, so that the value is the same in every pack.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_HEAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_HEAD_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_HEAD_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_HEAD_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/shapes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

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
  const Mask near_face = before_face < kClear;
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

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
