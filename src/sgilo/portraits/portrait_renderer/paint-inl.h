// The colours of all surfaces: the painted face, hair, hat and clothes.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_PAINT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_PAINT_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_PAINT_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_PAINT_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/face_paint-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

// What the light needs to know of a surface.
struct Surface {
  Pack3 colour;
  Pack soft;     // 1 on skin: light bleeds around edges
  Pack wet;      // 1 on eyes and lips
  Pack is_hair;  // 1 on hair
  Pack strands;  // texture of the hair, about -1 to 1
};

HWY_INLINE Pack hair_strands(const PortraitModel& m, Pack3 p) {
  const auto& hair = m.parameters.hair;
  const float phase = hair.phase;
  if (hair.style == HairStyle::afro) {
    return sine(p.x * 27.0f + phase) * sine(p.y * 25.0f) * 0.6f +
           sine(p.x * 15.0f + p.y * 9.0f) * sine(p.y * 17.0f - p.x * 7.0f) * 0.5f;
  }
  // Strands run down the sides and forwards on the top.
  const Pack top = smooth_step(0.35f, 0.95f, p.y);
  const Pack across = mix(p.x + p.z * 0.35f, p.x * 0.35f + p.z, top) +
                      0.10f * hair.waviness * sine(p.y * 7.0f + phase);
  return sine(across * 23.0f + 2.0f * sine(p.y * 3.0f + phase)) * 0.5f +
         sine(across * 41.0f + p.y * 3.0f + phase) * 0.35f +
         sine(across * 9.0f + p.y * 2.0f) * 0.35f;
}

HWY_INLINE Pack3 hat_colour(const PortraitModel& m, const FacePaint& f) {
  const auto& hat = m.parameters.hat;
  const Pack height = f.y + 0.12f * f.z;
  if (hat.style == HatStyle::beanie) {
    const Pack band = smooth_step(0.70f, 0.67f, height) * 0.5f;
    return mix(pack3(hat.colour), pack3(hat.trim), band) * (1.0f + 0.16f * sine(f.x * 26.0f));
  }
  if (hat.style == HatStyle::cap) return pack3(hat.colour);
  const Pack ribbon = smooth_step(0.70f, 0.68f, height) * smooth_step(0.95f, 0.9f, f.side) * 0.9f;
  return mix(pack3(hat.colour), pack3(hat.trim), ribbon);
}

// `world` is the point, parts.head_point the same in head coordinates.
HWY_INLINE Surface painted_surface(const PortraitModel& m, Pack3 world, const Parts& parts) {
  const Pack3 p = parts.head_point;
  FacePaint face;
  face.wet = 0.0f;
  face.eye = 0.0f;
  face.x = p.x;
  face.side = absolute(p.x);
  face.y = p.y;
  face.z = p.z;
  face.front = smooth_step(0.2f, 0.35f, p.z);
  paint_skin(m, parts, face);
  paint_mouth(m, face);
  paint_nostrils(m, face);
  paint_eyes(m, face);
  paint_brows(m, face);

  Surface surface;
  surface.strands = hair_strands(m, p);
  const Pack3 hair =
      pack3(m.parameters.hair.colour) *
      ((1.0f + surface.strands * 0.30f) * (0.80f + 0.28f * smooth_step(-1.2f, 0.9f, p.y)));
  const Pack3 cloth =
      pack3(m.parameters.clothes.colour) *
      (1.0f + 0.08f * sine(world.x * 6.0f + m.parameters.hair.phase + 3.0f * sine(world.y * 5.0f)));

  // Neighbouring parts blend over a narrow seam.
  constexpr float kSeam = 0.018f;
  const Pack body = minimum(parts.skin, parts.hair);
  const Pack is_cloth = smooth_step(kSeam, -kSeam, parts.clothes - body);
  const Pack is_hat = smooth_step(kSeam, -kSeam, parts.hat - body);
  const Pack is_hair = smooth_step(kSeam, -kSeam, parts.hair - parts.skin);
  const Pack is_body = (1.0f - is_cloth) * (1.0f - is_hat);
  const Pack is_skin = (1.0f - is_hair) * is_body;
  surface.colour =
      mix(mix(mix(face.colour, hair, is_hair), cloth, is_cloth), hat_colour(m, face), is_hat);
  if (m.parameters.glasses.style != GlassesStyle::none) {  // the temples, on the skin
    const Pack temple = smooth_step(0.045f, 0.02f, absolute(p.y - 0.06f)) *
                        smooth_step(0.62f, 0.54f, p.z) * smooth_step(0, 0.1f, p.z) *
                        smooth_step(0.5f, 0.58f, face.side) * is_skin;
    surface.colour = mix(surface.colour, pack3(m.parameters.glasses.rim), temple * 0.9f);
  }
  surface.is_hair = is_hair * is_body;
  surface.soft = is_skin * (1.0f - face.eye);
  surface.wet = face.wet * is_skin;
  return surface;
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
