// From the colours that a file states to sRGB, by Little CMS.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "sgilo/core/torch.h"

namespace sgilo {

enum class ColourModel { grey, rgb, cmyk };

inline int colours_of(ColourModel model) {
  return model == ColourModel::grey ? 1 : model == ColourModel::rgb ? 3 : 4;
}

// The chunks gAMA and cHRM of PNG.
struct StatedColours {
  double gamma = 0;  // of encoding, 1/2.2 being usual; 0 when it is not stated
  bool has_chromaticities = false;
  std::array<double, 8> chromaticities{};  // x, y of white, red, green, blue
};

// Their ICC profile; empty where they mean sRGB (a gamma within 5 % of 1/2.2 is its curve).
std::string profile_of(const StatedColours& stated, bool grey);

struct ColourConversion {
  // float32 [1, 3 or 4, height, width] in [0, 1] to [1 or 3, height, width], grey or RGB of sRGB;
  // empty where the colours are kept bit by bit.
  std::function<Tensor(const Tensor&)> to_srgb;
  std::string problem;    // why the profile was left aside; empty when all is well
  bool is_slow = false;   // a quarter or half of a microsecond for each pixel
  bool is_rough = false;  // CMYK without a usable profile: (1 - ink) (1 - black)
};

// By an ICC profile, of samples of 8 bits or more. Grey and RGB are kept where it is sRGB within a
// level of 8 bits. RGB of 8 bits is converted in whole numbers where these are right within half a
// level, else in float32.
ColourConversion conversion_to_srgb(ColourModel model, bool is_wide, const std::string& profile);

}  // namespace sgilo
