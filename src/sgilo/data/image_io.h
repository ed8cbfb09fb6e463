// Image files: PNG, JPEG, WebP and TIFF in, PNG out. Pictures are float32 [3, height, width] in
// [-1, 1], -1 being black, in the colours of sRGB; grey becomes three equal channels.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/data/image_framing.h"
#include "sgilo/data/picture_parts.h"

namespace sgilo {

// Larger pictures are refused before anything is decoded.
inline constexpr std::int64_t kMostPixels = 100'000'000;

// The samples of a file; parts are converted when they are asked for.
struct Image {
  std::int64_t height = 0;
  std::int64_t width = 0;
  PictureParts pixels;   // [3, rows, columns] in [-1, 1]; transparent parts lie over white
  PictureParts opacity;  // [1, rows, columns] in [0, 1]; empty where all of it is opaque
  std::vector<std::string> warnings;  // "a.png: only the first of its pages was read"
};

// Who cares for the transparent parts of a picture: they are warned of, or `opacity` is looked at.
enum class Transparency { warned_of, looked_at };

// Reads samples at their precision, converts colours to sRGB by the profile that the file states,
// and turns the picture as EXIF says. Throws FormatError: not an image, truncated, damaged, too
// large.
Image read_image(const std::filesystem::path& path,
                 Transparency transparency = Transparency::warned_of);

// The same for the bytes of a file in memory; `path` is their name.
Image decode_image(std::string_view bytes, const std::filesystem::path& path,
                   Transparency transparency = Transparency::warned_of);

// What a picture says as a mask, [height, width] in [0, 1], 1 being seen: its opacity where it has
// transparent parts, its brightness elsewhere.
Tensor mask_values(const Image& image);

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
