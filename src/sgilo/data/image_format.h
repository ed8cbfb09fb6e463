// What a file is by its first bytes: one of the image formats that are read, or another one by
// name, so that a refusal says what was found.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sgilo {

enum class ImageFormat { png, jpeg, webp, tiff };

// How many bytes of a file tell its format.
inline constexpr std::size_t kFormatBytes = 1024;

// `start` is the first kFormatBytes of a file, or all of a shorter one.
std::optional<ImageFormat> image_format_of(std::string_view start);

// "a GIF image", "a DICOM file"; empty for what is not recognised and for the formats that are
// read.
std::string_view other_format_of(std::string_view start);

// What is wrong with a file that is none of the formats: "is a GIF image, but PNG, JPEG, WebP and
// TIFF images are accepted", "is empty".
std::string why_no_image(std::string_view start);

}  // namespace sgilo
