// The letters of pictures: X11's public-domain font misc-fixed 10x20, printable ASCII.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sgilo {

inline constexpr int kGlyphWidth = 10;  // pixels, the gap to the next letter included
inline constexpr int kGlyphHeight = 20;

// Rows from the top; bit 9 is the leftmost pixel.
using Glyph = std::array<std::uint16_t, kGlyphHeight>;

// The glyph of a character; others than printable ASCII show as '?'.
const Glyph& glyph_of(char character);

// Text with each character outside ASCII (UTF-8) replaced by one '?', so that a letter is a byte.
std::string ascii_text(std::string_view text);

}  // namespace sgilo
