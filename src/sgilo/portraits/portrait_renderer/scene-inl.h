// The distances to all parts of the portrait. Parts that are far are replaced by lower bounds, lane
// by lane, as in head-inl.h.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_SCENE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_SCENE_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_SCENE_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_SCENE_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/head-inl.h"
#include "sgilo/portraits/portrait_renderer/outfit-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

struct Parts {
  Pack skin, hair, hat, clothes;  // distances
  Pack3 head_point;
};

HWY_INLINE Pack skin_and_neck_distance(const PortraitModel& m, Pack3 world, Pack3 p) {
  Pack skin = maximum(-1.25f - p.y, absolute(p.x) - 1.0f);  // less than the distance of the head
  const Mask near_head = skin < kClear;
  if (any(near_head)) skin = select(near_head, skin_distance(m, p), skin);

  const Pack before_neck = maximum(world.y, world.z - 0.2f);
  const Mask near_neck = before_neck < kClear;
  Pack joined = minimum(skin, before_neck);
  if (any(near_neck)) {
    joined = select(near_neck, smooth_union(skin, distance(m.neck, world), 0.16f), joined);
  }
  return joined;
}

// Not inlined: it is called in many places.
static HWY_NOINLINE Parts scene_parts(const PortraitModel& m, Pack3 world) {
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
