// The parameters of a procedural portrait and their random draw.
// Portrait (seed, split, index) is a pure function of the three: every parameter hashes them
// together with its own name, so adding a parameter changes no other one, and the splits of one
// seed share no portrait: (split, index) maps one-to-one onto 64-bit keys. Lengths are in head
// units: the head is about 2 high and 1.5 wide.
#pragma once

#include <cstdint>

namespace sgilo {

enum class PortraitSplit { train, validation, tune, test };

enum class HairStyle { bald, cropped, side, bob, straight, bun, afro };
enum class BeardStyle { none, moustache, goatee, full };
enum class GlassesStyle { none, round, square, sun };
enum class HatStyle { none, beanie, cap, brim };
enum class CollarStyle { crew, turtleneck, vee };

// Linear light, 0 to about 1.
struct Rgb {
  float red = 0, green = 0, blue = 0;
};

struct PortraitParameters {
  struct Pose {
    float yaw, pitch,
        roll;  // radians; positive: towards the right of the image, down, anticlockwise
    float shift_x, shift_y;  // of the camera
    float zoom;
  } pose;

  struct Face {      // factors of the mean shape, unless a unit is given
    float delicacy;  // 0 rugged to 1 delicate
    float head_width, head_height, jaw_width, jaw_height, chin_size, cheek_size;
    float nose_length, nose_width, nose_height, brow_ridge, ear_size;
    float eye_spacing, eye_width, eye_height;  // half lengths in head units
    float mouth_width, mouth_height;           // half width; height of the centre, in head units
    float lip_thickness, brow_thickness, brow_arch;
    float neck_radius;  // head units
  } face;

  struct Expression {
    float smile;                  // -0.8 frown to 1.25 broad smile
    float mouth_open;             // 0 closed to 1
    float brow_raise, brow_tilt;  // head units, slope
    float gaze_x, gaze_y;         // to the right and up, relative to the head
    float eyelid_opening;         // 1 is usual, about 0.1 is closed
  } expression;

  struct Skin {
    float tone;  // 0 light to 1 dark
    float age;   // 0 to 1
    float blush;
    Rgb colour, lips, eyes;
  } skin;

  struct Hair {
    HairStyle style;
    float volume, length, hairline, waviness;
    float parting;        // -1 left to 1 right
    float parting_depth;  // of the notch in the hairline
    float fringe;         // how far hair covers the forehead, head units
    float phase;          // of all waves and textures, radians
    Rgb colour;
  } hair;

  struct Beard {
    BeardStyle style;
    float length, stubble;
  } beard;

  struct Glasses {
    GlassesStyle style;
    float reflection;
    Rgb rim;
  } glasses;

  struct Hat {
    HatStyle style;
    Rgb colour, trim;
  } hat;

  struct Clothes {
    CollarStyle collar;
    Rgb colour;
  } clothes;

  struct Light {
    float azimuth, elevation;  // of the key light, radians; 0, 0 is the camera
    Rgb key, ambient, bounce;
    float exposure;
  } light;

  struct Background {
    struct Blob {
      float x, y, radius, opacity;
      Rgb colour;
    };
    Rgb colour, second_colour;
    float gradient_angle, gradient_strength;
    float horizon_height, horizon_opacity;
    Rgb horizon_colour;
    float wave_strength, wave_frequency;
    Blob blobs[4];
  } background;
};

// Throws ConfigError where index is 2^62 or more.
PortraitParameters draw_portrait_parameters(std::uint64_t seed, PortraitSplit split,
                                            std::uint64_t index);

}  // namespace sgilo
