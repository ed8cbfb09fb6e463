// Image files: PNG, JPEG, WebP and TIFF in, PNG out. Pictures are float32 [3, height, width] in
// [-1, 1], -1 being black; grey becomes three equal channels. Colour profiles are ignored.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/data/image_framing.h"

namespace sgilo {

// Larger pictures are refused before anything is decoded.
inline constexpr std::int64_t kMostPixels = 100'000'000;

struct Image {
  Tensor pixels;                      // [3, height, width] in [-1, 1]
  std::vector<std::string> warnings;  // "a.png: its transparent parts were laid over white"
};

// Reads samples of 8 and 16 bits at their precision and turns the picture as EXIF says. Throws
// FormatError: not an image, truncated, damaged, too large.
Image read_image(const std::filesystem::path& path);

struct SquareImage {
  Tensor pixels;  // [3, size, size] in [-1, 1]
  ImageFraming framing;
  std::vector<std::string> warnings;
};

// read_image, then the square in its middle at `size`.
SquareImage read_square_image(const std::filesystem::path& path, std::int64_t size);

// The bytes of a PNG file of 8 bits for a [3, H, W] or [1, H, W] picture of any floating type and
// device; values beyond [-1, 1] are clamped. Throws ConfigError for another shape, NumericError
// when a value is not finite.
std::string encode_png(const Tensor& picture);

// Atomic; throws Error when the file cannot be written.
void write_png(const std::filesystem::path& path, const Tensor& picture);

}  // namespace sgilo
