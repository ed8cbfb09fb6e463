// The random draw of portrait parameters. The arithmetic is IEEE basic operations in a fixed order,
// so that the parameters are the same on every machine.
#include "sgilo/portraits/portrait_parameters.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

constexpr float kRadiansPerDegree = 0.01745329252f;
constexpr float kTwoPi = 6.283185307f;

// The finaliser of splitmix64 (Steele, Lea, Flood 2014): a bijection of 64-bit words.
constexpr std::uint64_t mix_bits(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

constexpr std::uint64_t hash_name(std::string_view name) {  // FNV-1a
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

// Random numbers by parameter name: the same name always gives the same number.
class NamedRandom {
 public:
  NamedRandom(std::uint64_t seed, PortraitSplit split, std::uint64_t index)
      : key_(mix_bits(mix_bits(seed) ^ (static_cast<std::uint64_t>(split) << 62 | index))) {}

  float unit(std::string_view name) const { return unit(name, 0); }  // [0, 1)
  float uniform(std::string_view name, float low, float high) const {
    return low + (high - low) * unit(name);
  }
  bool chance(std::string_view name, float probability) const { return unit(name) < probability; }
  // Sum of six uniforms, scaled to mean 0 and standard deviation 1; |normal| < 4.25.
  float normal(std::string_view name) const {
    float sum = 0;
    for (int i = 0; i < 6; ++i) sum += unit(name, i);
    return (sum - 3.0f) * 1.41421356f;
  }
  float normal(std::string_view name, float mean, float deviation, float low, float high) const {
    return std::clamp(mean + deviation * normal(name), low, high);
  }

 private:
  float unit(std::string_view name, int position) const {
    const std::uint64_t slot = mix_bits(hash_name(name) + static_cast<std::uint64_t>(position));
    return static_cast<float>(mix_bits(key_ ^ slot) >> 40) * (1.0f / 16777216.0f);
  }
  std::uint64_t key_;
};

float mix(float a, float b, float t) { return a + (b - a) * t; }
Rgb mix(Rgb a, Rgb b, float t) {
  return {mix(a.red, b.red, t), mix(a.green, b.green, t), mix(a.blue, b.blue, t)};
}

// From picked colours to linear light, the inverse of the renderer's gamma.
Rgb linear(Rgb c) { return {c.red * c.red, c.green * c.green, c.blue * c.blue}; }

Rgb from_hsv(float hue, float saturation, float value) {  // hue in turns
  saturation = std::clamp(saturation, 0.0f, 1.0f);
  value = std::clamp(value, 0.0f, 1.0f);
  const auto channel = [&](float offset) {
    const float turns = hue + offset / 6.0f;
    const float k = (turns - std::floor(turns)) * 6.0f;
    return value - value * saturation * std::clamp(std::min(k, 4.0f - k), 0.0f, 1.0f);
  };
  return {channel(5), channel(3), channel(1)};
}

Rgb from_palette(std::span<const Rgb> palette, float t) {  // t in [0, 1]
  const float position = t * static_cast<float>(palette.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(position), palette.size() - 2);
  return mix(palette[below], palette[below + 1], position - static_cast<float>(below));
}

Rgb vary(const NamedRandom& random, std::string_view name, Rgb colour, float amount) {
  const std::string prefix(name);
  const float brightness = 1.0f + amount * random.normal(prefix + ".brightness");
  const auto channel = [&](float value, const char* suffix) {
    const float own = 1.0f + 0.4f * amount * random.normal(prefix + suffix);
    return std::clamp(value * brightness * own, 0.01f, 1.0f);
  };
  return {channel(colour.red, ".red"), channel(colour.green, ".green"),
          channel(colour.blue, ".blue")};
}

PortraitParameters::Pose draw_pose(const NamedRandom& random) {
  return {.yaw = random.normal("yaw", 0, 12, -30, 30) * kRadiansPerDegree,
          .pitch = random.normal("pitch", 0, 6, -14, 14) * kRadiansPerDegree,
          .roll = random.normal("roll", 0, 4, -11, 11) * kRadiansPerDegree,
          .shift_x = random.normal("shift_x", 0, 0.05f, -0.13f, 0.13f),
          .shift_y = random.normal("shift_y", -0.06f, 0.05f, -0.18f, 0.07f),
          .zoom = random.normal("zoom", 1, 0.04f, 0.9f, 1.1f)};
}

PortraitParameters::Face draw_face(const NamedRandom& random, float tone) {
  const float delicacy = random.unit("delicacy");
  return {
      .delicacy = delicacy,
      .head_width = random.normal("head_width", 1, 0.05f, 0.88f, 1.13f),
      .head_height = random.normal("head_height", 1, 0.035f, 0.92f, 1.08f),
      .jaw_width = random.normal("jaw_width", 1.03f - 0.1f * delicacy, 0.06f, 0.82f, 1.2f),
      .jaw_height = random.normal("jaw_height", 1, 0.05f, 0.88f, 1.12f),
      .chin_size = random.normal("chin_size", 1.05f - 0.1f * delicacy, 0.1f, 0.75f, 1.3f),
      .cheek_size = random.normal("cheek_size", 1, 0.1f, 0.75f, 1.25f),
      .nose_length = random.normal("nose_length", 1, 0.1f, 0.78f, 1.25f),
      .nose_width = random.normal("nose_width", 1.06f - 0.12f * delicacy, 0.13f, 0.7f, 1.4f),
      .nose_height = random.normal("nose_height", 1, 0.15f, 0.7f, 1.35f),
      .brow_ridge = random.normal("brow_ridge", 1.25f - 0.5f * delicacy, 0.2f, 0.5f, 1.6f),
      .ear_size = random.normal("ear_size", 1, 0.12f, 0.75f, 1.3f),
      .eye_spacing = random.normal("eye_spacing", 0.3f, 0.014f, 0.265f, 0.335f),
      .eye_width = random.normal("eye_width", 0.155f + 0.012f * delicacy, 0.01f, 0.13f, 0.185f),
      .eye_height = random.normal("eye_height", 0.068f + 0.014f * delicacy, 0.01f, 0.045f, 0.105f),
      .mouth_width = random.normal("mouth_width", 0.275f, 0.025f, 0.2f, 0.34f),
      .mouth_height = random.normal("mouth_height", -0.575f, 0.025f, -0.64f, -0.51f),
      .lip_thickness = random.normal("lip_thickness", 1, 0.2f, 0.55f, 1.6f) *
                       (0.88f + 0.25f * delicacy) * (0.9f + 0.3f * tone),
      .brow_thickness =
          random.normal("brow_thickness", 1.15f - 0.35f * delicacy, 0.18f, 0.5f, 1.6f),
      .brow_arch = random.normal("brow_arch", 0.35f + 0.3f * delicacy, 0.25f, -0.1f, 1.2f),
      .neck_radius = random.normal("neck_radius", 0.40f - 0.08f * delicacy, 0.03f, 0.27f, 0.46f)};
}

PortraitParameters::Expression draw_expression(const NamedRandom& random, float yaw) {
  const float smile = random.normal("smile", 0.35f, 0.5f, -0.8f, 1.25f);
  const bool open = random.chance("mouth_open.is_open", 0.38f);
  const bool closed_eyes = random.chance("eyelid_opening.is_closed", 0.04f);
  return {.smile = smile,
          .mouth_open =
              open ? random.uniform("mouth_open", 0.15f, 1) * (smile > 0.2f ? 0.7f : 1.0f) : 0.0f,
          .brow_raise = random.normal("brow_raise", 0, 0.03f, -0.05f, 0.08f),
          .brow_tilt = random.normal("brow_tilt", 0, 0.09f, -0.2f, 0.2f),
          .gaze_x = random.normal("gaze_x", 0, 0.15f, -0.4f, 0.4f) - yaw * 0.35f,
          .gaze_y = random.normal("gaze_y", 0, 0.1f, -0.25f, 0.25f),
          .eyelid_opening =
              closed_eyes ? 0.12f : random.normal("eyelid_opening", 1, 0.12f, 0.6f, 1.25f)};
}

float draw_tone(const NamedRandom& random) {
  return random.chance("tone.is_light", 0.62f) ? random.uniform("tone", 0, 0.5f)
                                               : random.uniform("tone", 0.5f, 1);
}

PortraitParameters::Skin draw_skin(const NamedRandom& random, float tone, float delicacy) {
  static constexpr Rgb kSkins[] = {{1.f, .875f, .80f}, {.97f, .80f, .69f}, {.90f, .70f, .56f},
                                   {.78f, .57f, .42f}, {.62f, .43f, .31f}, {.43f, .29f, .22f}};
  static constexpr Rgb kEyes[] = {{.22f, .13f, .08f}, {.36f, .22f, .11f}, {.42f, .38f, .18f},
                                  {.34f, .48f, .34f}, {.33f, .5f, .68f},  {.5f, .58f, .64f}};
  const Rgb colour = linear(vary(random, "skin", from_palette(kSkins, tone), 0.03f));
  const float eyes = random.unit("eyes") * (tone > 0.55f ? 0.25f : 1.0f);
  const Rgb natural_lips{colour.red * 0.82f, colour.green * 0.48f, colour.blue * 0.48f};
  const float lipstick_hue =
      random.chance("lipstick.is_red", 0.7f) ? random.uniform("lipstick.hue", 0.95f, 1.02f) : 0.9f;
  const Rgb lipstick =
      linear(from_hsv(lipstick_hue, random.uniform("lipstick.saturation", .55f, .85f),
                      random.uniform("lipstick.value", 0.5f, 0.8f)));
  const bool has_lipstick = delicacy > 0.55f && random.chance("lipstick.is_worn", 0.6f);
  return {.tone = tone,
          .age = random.unit("age"),
          .blush = random.uniform("blush", 0, 0.5f) * (1 - tone * 0.6f),
          .colour = colour,
          .lips = mix(natural_lips, lipstick,
                      has_lipstick ? random.uniform("lipstick.strength", 0, 0.9f) : 0.0f),
          .eyes = linear(vary(random, "eyes", from_palette(kEyes, eyes), 0.06f))};
}

HairStyle draw_hair_style(const NamedRandom& random, float delicacy) {
  struct Share {
    HairStyle style;
    float rugged, delicate;  // probability
  };
  static constexpr Share kShares[] = {
      {HairStyle::bald, 0.13f, 0.02f},     {HairStyle::cropped, 0.42f, 0.10f},
      {HairStyle::side, 0.27f, 0.08f},     {HairStyle::bob, 0.05f, 0.25f},
      {HairStyle::straight, 0.04f, 0.35f}, {HairStyle::bun, 0.03f, 0.13f},
      {HairStyle::afro, 0.06f, 0.07f}};
  float left = random.unit("hair.style");
  for (const Share& share : kShares) {
    left -= delicacy < 0.5f ? share.rugged : share.delicate;
    if (left < 0) return share.style;
  }
  return HairStyle::afro;
}

Rgb draw_hair_colour(const NamedRandom& random, const PortraitParameters::Skin& skin) {
  static constexpr Rgb kNatural[] = {{.09f, .08f, .08f}, {.20f, .14f, .10f}, {.34f, .22f, .14f},
                                     {.47f, .31f, .19f}, {.66f, .48f, .28f}, {.87f, .74f, .5f}};
  const float lightest = skin.tone > 0.6f ? 0.35f : 1.0f;
  const float darkening = random.chance("hair.is_dark", 0.25f) ? 0.4f : 1.0f;
  Rgb colour = from_palette(kNatural, lightest * random.unit("hair.shade") * darkening);
  if (skin.age > 0.86f) {
    const float white = random.uniform("hair.white", 0.45f, 0.9f);
    colour = mix(colour, {white, white, white * 0.98f}, random.uniform("hair.greying", 0.6f, 1));
  } else if (skin.tone < 0.6f && random.chance("hair.is_red", 0.1f)) {
    colour = {0.56f, 0.25f, 0.13f};
  } else if (random.chance("hair.is_dyed", 0.03f)) {
    colour = from_hsv(random.unit("hair.dye"), 0.6f, 0.7f);
  }
  return linear(vary(random, "hair", colour, 0.07f));
}

PortraitParameters::Hair draw_hair(const NamedRandom& random, const PortraitParameters::Skin& skin,
                                   float delicacy) {
  return {
      .style = draw_hair_style(random, delicacy),
      .volume = random.normal("hair.volume", 1, 0.22f, 0.5f, 1.6f),
      .length = random.unit("hair.length"),
      .hairline = random.normal("hair.hairline", 0, 0.06f, -0.1f, 0.17f),
      .waviness = random.chance("hair.is_wavy", 0.5f) ? random.uniform("hair.waviness", 0.4f, 1.4f)
                                                      : random.uniform("hair.waviness", 0, 0.4f),
      .parting = random.normal("hair.parting", 0, 0.5f, -1, 1),
      .parting_depth = random.chance("hair.is_parted", 0.55f)
                           ? random.uniform("hair.parting_depth", 0.25f, 0.8f)
                           : random.uniform("hair.parting_depth", 0, 0.2f),
      .fringe = random.chance("hair.has_fringe", 0.3f) ? random.uniform("hair.fringe", 0.05f, 0.26f)
                                                       : 0.0f,
      .phase = random.uniform("hair.phase", 0, kTwoPi),
      .colour = draw_hair_colour(random, skin)};
}

PortraitParameters::Beard draw_beard(const NamedRandom& random, float delicacy) {
  const bool can_grow = delicacy < 0.5f;
  const float kind = random.unit("beard.style");
  const BeardStyle style = !can_grow || kind < 0.52f ? BeardStyle::none
                           : kind < 0.64f            ? BeardStyle::moustache
                           : kind < 0.76f            ? BeardStyle::goatee
                                                     : BeardStyle::full;
  const bool has_stubble = can_grow && random.chance("beard.has_stubble", 0.4f);
  return {.style = style,
          .length = random.unit("beard.length"),
          .stubble = has_stubble ? random.uniform("beard.stubble", 0.05f, 0.35f) : 0.0f};
}

PortraitParameters::Glasses draw_glasses(const NamedRandom& random) {
  const float kind = random.unit("glasses.style");
  const GlassesStyle style = kind < 0.74f   ? GlassesStyle::none
                             : kind < 0.84f ? GlassesStyle::round
                             : kind < 0.94f ? GlassesStyle::square
                                            : GlassesStyle::sun;
  const Rgb bright =
      from_hsv(random.unit("glasses.hue"), random.uniform("glasses.saturation", .1f, .6f),
               random.uniform("glasses.value", 0.15f, 0.55f));
  const float material = random.unit("glasses.material");
  const Rgb rim = material < 0.6f   ? Rgb{0.06f, 0.05f, 0.05f}
                  : material < 0.8f ? Rgb{0.45f, 0.36f, 0.2f}
                                    : bright;
  return {.style = style, .reflection = random.uniform("glasses.reflection", 0, 0.16f), .rim = rim};
}

PortraitParameters::Hat draw_hat(const NamedRandom& random) {
  const float kind = random.unit("hat.style");
  const HatStyle style = kind < 0.86f   ? HatStyle::none
                         : kind < 0.92f ? HatStyle::beanie
                         : kind < 0.96f ? HatStyle::cap
                                        : HatStyle::brim;
  return {
      .style = style,
      .colour = linear(from_hsv(random.unit("hat.hue"), random.uniform("hat.saturation", .05f, .6f),
                                random.uniform("hat.value", 0.12f, 0.8f))),
      .trim = linear(from_hsv(random.unit("hat.trim.hue"),
                              random.uniform("hat.trim.saturation", 0.05f, 0.8f),
                              random.uniform("hat.trim.value", 0.12f, 0.85f)))};
}

PortraitParameters::Clothes draw_clothes(const NamedRandom& random) {
  const float saturation = random.chance("clothes.is_grey", 0.5f)
                               ? random.uniform("clothes.saturation", 0, 0.15f)
                               : random.uniform("clothes.saturation", 0.15f, 0.6f);
  const float kind = random.unit("clothes.collar");
  return {.collar = kind < 1.0f / 3   ? CollarStyle::crew
                    : kind < 2.0f / 3 ? CollarStyle::turtleneck
                                      : CollarStyle::vee,
          .colour = linear(from_hsv(random.unit("clothes.hue"), saturation,
                                    random.uniform("clothes.value", 0.1f, 0.85f)))};
}

PortraitParameters::Light draw_light(const NamedRandom& random) {
  const float key = random.uniform("light.key", 0.75f, 1.2f);
  const float key_warmth = random.normal("light.key_warmth", 0, 0.07f, -0.14f, 0.14f);
  const float ambient = random.uniform("light.ambient", 0.16f, 0.42f);
  const float ambient_cold = random.normal("light.ambient_cold", 0, 0.06f, -0.12f, 0.12f);
  const Rgb bounce = linear(from_hsv(random.unit("light.bounce_hue"), 0.3f, 0.5f));
  return {.azimuth = random.normal("light.azimuth", 0, 42, -85, 85) * kRadiansPerDegree,
          .elevation = random.normal("light.elevation", 28, 17, -10, 70) * kRadiansPerDegree,
          .key = {key * (1 + key_warmth), key, key * (1 - key_warmth)},
          .ambient = {ambient * (1 - ambient_cold), ambient, ambient * (1 + ambient_cold)},
          .bounce = mix(bounce, {0.15f, 0.13f, 0.12f}, 0.6f),
          .exposure = random.normal("light.exposure", 1, 0.1f, 0.75f, 1.25f)};
}

PortraitParameters::Background draw_background(const NamedRandom& random) {
  const float hue = random.unit("background.hue");
  const float value = random.chance("background.is_dark", 0.5f)
                          ? random.uniform("background.value", 0.08f, 0.5f)
                          : random.uniform("background.value", 0.4f, 0.95f);
  const float saturation = random.chance("background.is_grey", 0.6f)
                               ? random.uniform("background.saturation", 0, 0.18f)
                               : random.uniform("background.saturation", 0.12f, 0.45f);
  const float horizon_hue = random.chance("background.horizon_is_green", 0.5f)
                                ? random.uniform("background.horizon_hue", 0.2f, 0.4f)
                                : random.uniform("background.horizon_hue", 0, 0.12f);
  PortraitParameters::Background background{
      .colour = linear(from_hsv(hue, saturation, value)),
      .second_colour =
          linear(from_hsv(hue + 0.1f * random.normal("background.second_hue"),
                          saturation * random.uniform("background.second_saturation", 0.5f, 1.3f),
                          value * random.uniform("background.second_value", 0.5f, 1.2f))),
      .gradient_angle = random.uniform("background.gradient_angle", 0, kTwoPi),
      .gradient_strength = random.uniform("background.gradient_strength", 0.3f, 1),
      .horizon_height = random.uniform("background.horizon_height", -0.6f, 0.9f),
      .horizon_opacity = random.chance("background.has_horizon", 0.4f)
                             ? random.uniform("background.horizon_opacity", 0.3f, 0.9f)
                             : 0.0f,
      .horizon_colour =
          linear(from_hsv(horizon_hue, random.uniform("background.horizon_saturation", 0.05f, 0.4f),
                          value * random.uniform("background.horizon_value", 0.3f, 0.9f))),
      .wave_strength = random.chance("background.has_waves", 0.5f)
                           ? random.uniform("background.wave_strength", 0.05f, 0.3f)
                           : 0.0f,
      .wave_frequency = random.uniform("background.wave_frequency", 2, 6),
      .blobs = {}};
  for (std::size_t i = 0; i < std::size(background.blobs); ++i) {
    const std::string name = "background.blob_" + std::to_string(i);
    background.blobs[i] = {
        .x = random.uniform(name + ".x", -1.6f, 1.6f),
        .y = random.uniform(name + ".y", -1.2f, 1.6f),
        .radius = random.uniform(name + ".radius", 0.3f, 1),
        .opacity = random.chance(name + ".is_visible", 0.6f)
                       ? random.uniform(name + ".opacity", 0.1f, 0.7f)
                       : 0.0f,
        .colour = linear(from_hsv(hue + 0.18f * random.normal(name + ".hue"),
                                  random.uniform(name + ".saturation", 0, 0.5f),
                                  value * random.uniform(name + ".value", 0.3f, 1.7f)))};
  }
  return background;
}

}  // namespace

PortraitParameters draw_portrait_parameters(std::uint64_t seed, PortraitSplit split,
                                            std::uint64_t index) {
  if (index >> 62 != 0) {
    throw ConfigError("portrait index must be below 2^62, but is " + std::to_string(index));
  }
  const NamedRandom random(seed, split, index);
  PortraitParameters parameters{};
  const float tone = draw_tone(random);
  parameters.pose = draw_pose(random);
  parameters.face = draw_face(random, tone);
  const float delicacy = parameters.face.delicacy;
  parameters.expression = draw_expression(random, parameters.pose.yaw);
  parameters.skin = draw_skin(random, tone, delicacy);
  parameters.hair = draw_hair(random, parameters.skin, delicacy);
  parameters.beard = draw_beard(random, delicacy);
  parameters.glasses = draw_glasses(random);
  parameters.hat = draw_hat(random);
  parameters.clothes = draw_clothes(random);
  parameters.light = draw_light(random);
  parameters.background = draw_background(random);
  return parameters;
}

}  // namespace sgilo
