// Attributes and labels of portraits.
#include "sgilo/portraits/portraits.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sgilo/portraits/portrait_renderer/portrait_model.h"

namespace sgilo {
namespace {

constexpr float kDegreesPerRadian = 57.2957795f;

constexpr std::array<std::string_view, 4> kSplits{"train", "validation", "tune", "test"};
constexpr std::array<std::string_view, 7> kHairStyles{"bald",     "cropped", "side", "bob",
                                                      "straight", "bun",     "afro"};
constexpr std::array<std::string_view, 4> kBeardStyles{"none", "moustache", "goatee", "full"};
constexpr std::array<std::string_view, 4> kGlassesStyles{"none", "round", "square", "sun"};
constexpr std::array<std::string_view, 4> kHatStyles{"none", "beanie", "cap", "brim"};

constexpr std::array<PortraitClass, 4> kClasses{
    {{"hair", static_cast<int>(kHairStyles.size())},
     {"beard", static_cast<int>(kBeardStyles.size())},
     {"glasses", static_cast<int>(kGlassesStyles.size())},
     {"hat", static_cast<int>(kHatStyles.size())}}};

// Means and standard deviations of 200,000 portraits.
constexpr std::array<PortraitRegression, 17> kRegressions{{{"yaw", 0, 11.910f},
                                                           {"pitch", 0, 5.930f},
                                                           {"roll", 0, 3.985f},
                                                           {"smile", 0.344f, 0.483f},
                                                           {"mouth_open", 0.178f, 0.265f},
                                                           {"eyelid_opening", 0.965f, 0.206f},
                                                           {"delicacy", 0.499f, 0.289f},
                                                           {"skin_tone", 0.440f, 0.282f},
                                                           {"hair_red", 0.381f, 0.223f},
                                                           {"hair_green", 0.292f, 0.202f},
                                                           {"hair_blue", 0.224f, 0.183f},
                                                           {"light_x", 0, 0.498f},
                                                           {"light_y", 0.449f, 0.250f},
                                                           {"exposure", 1.000f, 0.099f},
                                                           {"background_red", 0.453f, 0.224f},
                                                           {"background_green", 0.453f, 0.224f},
                                                           {"background_blue", 0.453f, 0.224f}}};

// As the renderer shows a surface of this colour in white light of strength 1.
Rgb displayed(Rgb linear) {
  const auto channel = [](float light) {
    return std::sqrt(std::min(1.12f * light / (1.0f + 0.18f * light), 1.0f));
  };
  return {channel(linear.red), channel(linear.green), channel(linear.blue)};
}

// In the order of kRegressions.
std::array<float, kRegressions.size()> regression_values(const PortraitAttributes& a) {
  const float azimuth = a.light_azimuth / kDegreesPerRadian;
  const float elevation = a.light_elevation / kDegreesPerRadian;
  return {a.yaw,
          a.pitch,
          a.roll,
          a.smile,
          a.mouth_open,
          a.eyelid_opening,
          a.delicacy,
          a.skin_tone,
          a.hair_colour.red,
          a.hair_colour.green,
          a.hair_colour.blue,
          portable_sine(azimuth) * portable_cosine(elevation),
          portable_sine(elevation),
          a.exposure,
          a.background_colour.red,
          a.background_colour.green,
          a.background_colour.blue};
}

}  // namespace

std::string_view name(PortraitSplit split) { return kSplits.at(static_cast<std::size_t>(split)); }
std::string_view name(HairStyle style) { return kHairStyles.at(static_cast<std::size_t>(style)); }
std::string_view name(BeardStyle style) { return kBeardStyles.at(static_cast<std::size_t>(style)); }
std::string_view name(GlassesStyle style) {
  return kGlassesStyles.at(static_cast<std::size_t>(style));
}
std::string_view name(HatStyle style) { return kHatStyles.at(static_cast<std::size_t>(style)); }

Portrait draw_portrait(std::uint64_t seed, PortraitSplit split, std::uint64_t index, int size) {
  check_portrait_size(size);
  Portrait portrait{draw_portrait_parameters(seed, split, index), {}};
  portrait.pixels.resize(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3);
  render_portrait(portrait.parameters, size, portrait.pixels);
  return portrait;
}

PortraitAttributes attributes(const PortraitParameters& p) {
  return {.yaw = p.pose.yaw * kDegreesPerRadian,
          .pitch = p.pose.pitch * kDegreesPerRadian,
          .roll = p.pose.roll * kDegreesPerRadian,
          .light_azimuth = p.light.azimuth * kDegreesPerRadian,
          .light_elevation = p.light.elevation * kDegreesPerRadian,
          .exposure = p.light.exposure,
          .smile = p.expression.smile,
          .mouth_open = p.expression.mouth_open,
          .eyelid_opening = p.expression.eyelid_opening,
          .gaze_x = p.expression.gaze_x,
          .gaze_y = p.expression.gaze_y,
          .delicacy = p.face.delicacy,
          .age = p.skin.age,
          .skin_tone = p.skin.tone,
          .skin_colour = displayed(p.skin.colour),
          .hair_colour = displayed(p.hair.colour),
          .eye_colour = displayed(p.skin.eyes),
          .clothes_colour = displayed(p.clothes.colour),
          .background_colour = displayed(p.background.colour),
          .hair = p.hair.style,
          .beard = p.beard.style,
          .glasses = p.glasses.style,
          .hat = p.hat.style};
}

std::vector<NamedAttribute> named_attributes(const PortraitAttributes& a) {
  return {{"yaw", a.yaw},
          {"pitch", a.pitch},
          {"roll", a.roll},
          {"light_azimuth", a.light_azimuth},
          {"light_elevation", a.light_elevation},
          {"exposure", a.exposure},
          {"smile", a.smile},
          {"mouth_open", a.mouth_open},
          {"eyelid_opening", a.eyelid_opening},
          {"gaze_x", a.gaze_x},
          {"gaze_y", a.gaze_y},
          {"delicacy", a.delicacy},
          {"age", a.age},
          {"skin_tone", a.skin_tone},
          {"skin_red", a.skin_colour.red},
          {"skin_green", a.skin_colour.green},
          {"skin_blue", a.skin_colour.blue},
          {"hair_red", a.hair_colour.red},
          {"hair_green", a.hair_colour.green},
          {"hair_blue", a.hair_colour.blue},
          {"eye_red", a.eye_colour.red},
          {"eye_green", a.eye_colour.green},
          {"eye_blue", a.eye_colour.blue},
          {"clothes_red", a.clothes_colour.red},
          {"clothes_green", a.clothes_colour.green},
          {"clothes_blue", a.clothes_colour.blue},
          {"background_red", a.background_colour.red},
          {"background_green", a.background_colour.green},
          {"background_blue", a.background_colour.blue},
          {"hair", name(a.hair)},
          {"beard", name(a.beard)},
          {"glasses", name(a.glasses)},
          {"hat", name(a.hat)}};
}

std::span<const PortraitClass> portrait_classes() { return kClasses; }
std::span<const PortraitRegression> portrait_regressions() { return kRegressions; }

std::vector<std::int64_t> class_labels(const PortraitAttributes& a) {
  return {static_cast<std::int64_t>(a.hair), static_cast<std::int64_t>(a.beard),
          static_cast<std::int64_t>(a.glasses), static_cast<std::int64_t>(a.hat)};
}

std::vector<float> regression_labels(const PortraitAttributes& a) {
  const auto values = regression_values(a);
  std::vector<float> labels(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    labels[i] = (values[i] - kRegressions[i].mean) / kRegressions[i].deviation;
  }
  return labels;
}

}  // namespace sgilo
