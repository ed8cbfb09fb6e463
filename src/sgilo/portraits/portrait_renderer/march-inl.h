// Sphere tracing: rays advance by their distance to the scene until they arrive at a surface.
// Between rounds of a few steps the rays that have ended leave the list,
// so that packs stay full of work.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_MARCH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_MARCH_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_MARCH_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_MARCH_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/portrait_tile.h"
#include "sgilo/portraits/portrait_renderer/scene-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

constexpr float kCameraDistance = 7.0f;
constexpr float kNearPlane = 1.6f, kFarPlane = -1.25f;  // z; the portrait lies between them
constexpr float kNothing = 1e6f;                        // depth where no surface is hit

HWY_INLINE Pack3 ray_direction(Pack x, Pack y) { return unit({x, y, -kCameraDistance}); }
HWY_INLINE Pack3 ray_point(Pack3 direction, Pack along) {
  return {direction.x * along, direction.y * along, kCameraDistance + direction.z * along};
}

// Advances `rays` until they are within `radius` of the scene, where they move to `arrived`, or
// leave it behind. A ray that is still on its way after `rounds` grazes a surface and counts as
// arrived. A step is at most `reach` times the distance: more than 1 where the distance shrinks
// slowly, as it does on rays that come in at an angle.
static HWY_NOINLINE void march(const PortraitModel& m, float radius, float reach, int rounds,
                               RayList& rays, RayList& arrived) {
  constexpr int kStepsPerRound = 3;
  constexpr float kCautious = 0.93f;  // the shapes overestimate their distances at times
  const int width = pack_width();
  arrived.count = 0;
  for (int round = 0; round < rounds && rays.count > 0; ++round) {
    const int count = rays.count;
    rays.fill_last_pack();
    rays.count = 0;
    for (int first = 0; first < count; first += width) {
      const Pack x = load(rays.x + first), y = load(rays.y + first);
      const Pack3 direction = ray_direction(x, y);
      const Pack end = (kFarPlane - kCameraDistance) / direction.z;
      Pack along = load(rays.along + first);
      Pack distance_left = 0.0f, previous = 0.0f, step_length = 0.0f;
      for (int step = 0; step < kStepsPerRound; ++step) {
        distance_left = scene_distance(m, ray_point(direction, along));
        const Mask moving = (distance_left > radius) & (along < end);
        if (!any(moving)) break;
        // The last step made the distance shrink by `shrunk`;
        // at that rate it is 0 after `secant` of it.
        const Pack shrunk = previous - distance_left;
        const Pack secant = clamp(step_length / maximum(shrunk, 1e-6f), kCautious, reach);
        step_length = distance_left * select(shrunk > 0.0f, secant, kCautious);
        previous = distance_left;
        along = select(moving, along + step_length, along);
      }
      float ended_at[kWidestPack], left[kWidestPack], ends[kWidestPack];
      store(along, ended_at);
      store(distance_left, left);
      store(end, ends);
      for (int lane = 0; lane < width && first + lane < count; ++lane) {
        const int ray = first + lane;
        if (!(ended_at[lane] < ends[lane])) continue;
        RayList& next = left[lane] > radius ? rays : arrived;
        next.add(rays.id[ray], rays.x[ray], rays.y[ray], ended_at[lane]);
      }
    }
  }
  for (int ray = 0; ray < rays.count; ++ray) {
    arrived.add(rays.id[ray], rays.x[ray], rays.y[ray], rays.along[ray]);
  }
  rays.count = 0;
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
