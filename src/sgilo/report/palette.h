// The colours of all plots.
#pragma once

#include <array>
#include <cmath>
#include <string>

#include "sgilo/report/canvas.h"

namespace sgilo {

// Okabe and Ito's colours, which people with any colour vision can tell apart.
inline constexpr std::array<Colour, 7> kPalette{{{0.00F, 0.45F, 0.70F},
                                                 {0.84F, 0.37F, 0.00F},
                                                 {0.00F, 0.62F, 0.45F},
                                                 {0.80F, 0.47F, 0.65F},
                                                 {0.90F, 0.62F, 0.00F},
                                                 {0.34F, 0.71F, 0.91F},
                                                 {0.30F, 0.30F, 0.32F}}};
inline constexpr Colour kGridLine{0.89F, 0.89F, 0.91F};

// "#0073b3"
inline std::string hex(Colour colour) {
  std::string text = "#";
  for (const float value : {colour.red, colour.green, colour.blue}) {
    const auto level = static_cast<unsigned>(std::lround(255 * value));
    text += "0123456789abcdef"[level / 16];
    text += "0123456789abcdef"[level % 16];
  }
  return text;
}

}  // namespace sgilo
