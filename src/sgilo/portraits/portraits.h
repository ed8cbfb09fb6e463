// Procedural portraits: an endless, labelled data set of faces drawn from a seed.
// A portrait is its parameters (portrait_parameters.h), its image (portrait_renderer.h), its
// attributes in plain units, and two label vectors for training an attribute network.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sgilo/portraits/portrait_parameters.h"
#include "sgilo/portraits/portrait_renderer.h"

namespace sgilo {

// Colours are as displayed under white light of strength 1, each channel 0 to 1.
struct PortraitAttributes {
  float yaw, pitch, roll;  // degrees, towards the right of the image, down, anticlockwise
  float light_azimuth, light_elevation;  // degrees; the camera is at 0, 0
  float exposure;                        // factor, 1 is usual
  float smile;                           // -0.8 frown to 1.25 broad smile
  float mouth_open;                      // 0 closed to 1
  float eyelid_opening;                  // 1 is usual; 0.12 is closed
  float gaze_x, gaze_y;                  // to the right and up, about -0.5 to 0.5
  float delicacy;                        // of the face: 0 rugged to 1 delicate
  float age;                             // 0 young to 1 old; hair greys above 0.86
  float skin_tone;                       // 0 light to 1 dark
  Rgb skin_colour, hair_colour, eye_colour, clothes_colour, background_colour;
  HairStyle hair;
  BeardStyle beard;
  GlassesStyle glasses;
  HatStyle hat;
};

struct Portrait {
  PortraitParameters parameters;
  std::vector<std::uint8_t> pixels;  // [size, size, 3] RGB
};

Portrait draw_portrait(std::uint64_t seed, PortraitSplit split, std::uint64_t index, int size);

PortraitAttributes attributes(const PortraitParameters& parameters);

std::string_view name(PortraitSplit split);
std::string_view name(HairStyle style);
std::string_view name(BeardStyle style);
std::string_view name(GlassesStyle style);
std::string_view name(HatStyle style);

// Attributes by name, always in the same order: the columns of a CSV file or the keys of JSON.
struct NamedAttribute {
  std::string_view name;
  std::variant<float, std::string_view> value;
};
std::vector<NamedAttribute> named_attributes(const PortraitAttributes& attributes);

// Labels of an attribute network: which of `classes` styles, and scalars standardised to mean 0 and
// standard deviation 1 over all portraits. The orders are those of the two tables.
struct PortraitClass {
  std::string_view name;
  int classes;
};
struct PortraitRegression {
  std::string_view name;
  float mean, deviation;
};
std::span<const PortraitClass> portrait_classes();
std::span<const PortraitRegression> portrait_regressions();
std::vector<std::int64_t> class_labels(const PortraitAttributes& attributes);
std::vector<float> regression_labels(const PortraitAttributes& attributes);

}  // namespace sgilo
