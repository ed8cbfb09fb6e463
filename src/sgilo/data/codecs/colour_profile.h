// From the colours that a file states to sRGB, by Little CMS.
#pragma once

#include <array>
#include <string>

#include "sgilo/data/codecs/decoded_picture.h"

namespace sgilo {

// The chunks gAMA and cHRM of PNG.
struct StatedColours {
  double gamma = 0;  // of encoding, 1/2.2 being usual; 0 when it is not stated
  bool has_chromaticities = false;
  std::array<double, 8> chromaticities{};  // x, y of white, red, green, blue
};

// Their ICC profile; empty where they mean sRGB (a gamma within 5 % of 1/2.2 is its curve).
std::string profile_of(const StatedColours& stated, bool grey);

struct ConvertedColours {
  Tensor planes;        // float32 [1 or 3, height, width] in [0, 1]
  std::string problem;  // why the profile was left aside; empty when all is well
};

// `planes` [1, 3 or 4, height, width] by the ICC profile to grey or RGB of sRGB. Where the profile
// is sRGB within a level of 8 bits, grey and RGB keep their bits. CMYK without a usable profile
// becomes (1 - ink) (1 - black).
ConvertedColours converted_to_srgb(const Tensor& planes, ColourModel model,
                                   const std::string& profile);

}  // namespace sgilo
