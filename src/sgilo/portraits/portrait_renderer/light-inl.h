// The light on a portrait: normals, ambient occlusion, soft shadow, and a diffuse term that wraps
// around skin, redder where it fades.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_LIGHT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_LIGHT_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_LIGHT_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_LIGHT_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/paint-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

constexpr float kNormalStep = 0.012f;
constexpr float kWidestWrap = 0.34f;

// The gradient from the four corners of a tetrahedron.
HWY_INLINE Pack3 surface_normal(const PortraitModel& m, Pack3 at) {
  const Pack e = kNormalStep;
  const Pack a = scene_distance(m, {at.x + e, at.y - e, at.z - e});
  const Pack b = scene_distance(m, {at.x - e, at.y - e, at.z + e});
  const Pack c = scene_distance(m, {at.x - e, at.y + e, at.z - e});
  const Pack d = scene_distance(m, {at.x + e, at.y + e, at.z + e});
  return unit({a - b - c + d, c + d - a - b, b + d - a - c});
}

// 1 in the open, less where other surfaces are near along the normal.
HWY_INLINE Pack openness(const PortraitModel& m, Pack3 at, Pack3 normal) {
  const Pack near = 0.09f - scene_distance(m, at + normal * 0.09f);
  const Pack wide = 0.26f - scene_distance(m, at + normal * 0.26f);
  return clamp(1.0f - (near * 3.2f + wide * 1.3f), 0.15f, 1);
}

// How much of the key light arrives, 0 to 1: the narrowest passage on the way to it.
HWY_INLINE Pack key_visibility(const PortraitModel& m, Pack3 at, Pack3 normal) {
  const Pack3 light = pack3(m.light);
  const Mask lit = dot(normal, light) > -kWidestWrap;  // elsewhere the diffuse term is 0 anyway
  Pack visible = select(lit, 1.0f, 0.0f);
  const Pack3 start = at + normal * 0.02f;
  Pack along = 0.06f;
  for (int step = 0; step < 7 && any(visible > 0.0f); ++step) {
    const Pack clearance = scene_distance(m, start + light * along);
    visible = minimum(visible, positive_part(0.5f + 4.5f * clearance / along));
    along = along + clamp(clearance, 0.07f, 0.3f);
  }
  return visible * visible * (3.0f - 2.0f * visible);
}

// What the light does at a point of the surface, whatever is painted there.
struct Illumination {
  Pack3 normal;
  Pack open, visible;
};

HWY_INLINE Illumination illumination(const PortraitModel& m, Pack3 at) {
  Illumination light;
  light.normal = surface_normal(m, at);
  light.open = openness(m, at, light.normal);
  light.visible = key_visibility(m, at, light.normal);
  return light;
}

// `wrap` moves the edge between light and shade beyond the horizon, as scattering does in skin.
HWY_INLINE Pack wrapped(Pack facing, Pack wrap) {
  return positive_part((facing + wrap) / (1.0f + wrap));
}

// The colour of surface `s`, seen along the unit vector `ray`.
HWY_INLINE Pack3 lit_colour(const PortraitModel& m, const Surface& s, const Illumination& i,
                            Pack3 ray) {
  const auto& light = m.parameters.light;
  const Pack3 normal = i.normal;
  const Pack visible = i.visible, open = i.open;
  const Pack facing = dot(normal, pack3(m.light));
  const Pack scattered = mix(visible, square_root(visible), s.soft * 0.6f);
  const Pack3 diffuse{wrapped(facing, s.soft * kWidestWrap) * scattered * light.key.red,
                      wrapped(facing, s.soft * 0.18f) * visible * light.key.green,
                      wrapped(facing, s.soft * 0.13f) * visible * light.key.blue};

  const Pack sky = 0.62f + 0.38f * normal.y;
  const Pack below =
      positive_part(-normal.y) * 0.3f + positive_part(0.5f - 0.5f * absolute(normal.z)) * 0.15f;
  const Pack shut = open * open;
  const Pack3 ambient{
      (light.ambient.red * sky + light.bounce.red * below) * mix(shut, open, s.soft),
      (light.ambient.green * sky + light.bounce.green * below) * shut,
      (light.ambient.blue * sky + light.bounce.blue * below) * shut};
  const Pack fill = positive_part(normal.z) * 0.12f * open;
  const Pack3 total = diffuse + ambient + Pack3{fill, fill, fill};

  const Pack3 half = unit(pack3(m.light) + ray * -1.0f);
  const Pack shine = positive_part(dot(normal, half));
  const Pack shine4 = square(square(shine)), shine16 = square(square(shine4));
  const Pack shine32 = square(shine16);
  const Pack edge = clamp(1.0f + dot(normal, ray), 0, 1);
  const Pack fresnel = edge * edge * edge;
  // Hair shines in a band across the strands.
  const Pack band = smooth_step(0.30f, 0, absolute(normal.y - half.y + 0.05f * s.strands));
  const float hair_gloss = m.parameters.hair.style == HairStyle::afro ? 0.2f : 1.0f;
  const Pack hair_shine = band * (0.5f + 0.5f * shine) * (0.13f + 0.1f * s.strands) * hair_gloss;
  const Pack gloss = visible * (s.soft * (shine16 * 0.10f + shine32 * 0.06f) +
                                s.wet * shine32 * 0.6f + s.is_hair * hair_shine) +
                     fresnel * open * (0.05f * s.soft + 0.06f * s.is_hair);
  return s.colour * total + pack3(light.key) * gloss;
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
