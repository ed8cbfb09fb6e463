// Distances from points to the simple solids (signed: negative inside), in SIMD packs, and the turn
// between world and head coordinates.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_SHAPES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_SHAPES_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_SHAPES_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_SHAPES_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

constexpr float kFar = 9.0f;
constexpr float kClear = 0.3f;  // a lower bound of a distance suffices where it exceeds this
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

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
