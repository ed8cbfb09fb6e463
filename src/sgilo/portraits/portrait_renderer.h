// Draws portraits. The image is the same, bit for bit, on every x86-64 machine and SIMD target, in
// any thread and order; needs a compiler that does not contract a * b + c (-ffp-contract=off).
#pragma once

#include <cstdint>
#include <span>

#include "sgilo/portraits/portrait_parameters.h"

namespace sgilo {

inline constexpr int kSmallestPortrait = 32, kLargestPortrait = 256;  // pixels

// Throws ConfigError for a size that cannot be drawn.
void check_portrait_size(int size);

// Fills rgb, [size, size, 3], 8 bits. Throws ConfigError for another size of image or of rgb.
void render_portrait(const PortraitParameters& parameters, int size, std::span<std::uint8_t> rgb);

}  // namespace sgilo
