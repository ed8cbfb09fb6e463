// Decoding and encoding of images: the one place that knows OpenCV. In a build without it
// (SGILO_IMAGES=OFF) both functions throw ConfigError "this build has no image formats; ...".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sgilo/core/torch.h"

namespace sgilo {

// float32 [channels, height, width] in [0, 1]; channels are grey, RGB, or RGB and opacity. Throws
// FormatError, naming `path`, when the picture is damaged or its samples are not of 8 or 16 bits.
Tensor decode_image(std::string_view bytes, const std::filesystem::path& path);

// `samples` is uint8 [1 or 3, height, width] on the CPU.
std::string encode_png_samples(const Tensor& samples);

}  // namespace sgilo
