// Decoding and encoding of images: the one place that knows OpenCV. In a build without it
// (SGILO_IMAGES=OFF) both functions throw ConfigError "this build has no image formats; ...".
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "sgilo/core/torch.h"

namespace sgilo {

// float32 [channels, height, width] in [0, 1]; channels are grey, RGB, or RGB and opacity. Throws
// FormatError, naming `path`, when the picture is damaged or its samples are not of 8 or 16 bits.
Tensor decode_image(std::string_view bytes, const std::filesystem::path& path);

// Calls `decode` once. What libpng, libjpeg and libtiff find wrong in a picture they print to
// stderr, past everything here, before decode_image() says it in its own sentence: a program that
// owns its stderr may keep it quiet around `decode`.
using DecodeGuard = std::function<void(const std::function<void()>& decode)>;

// The guard of all decoding from now on, before threads start; at first none. Returns the last one.
DecodeGuard set_decode_guard(DecodeGuard guard);

// `samples` is uint8 [1 or 3, height, width] on the CPU.
std::string encode_png_samples(const Tensor& samples);

}  // namespace sgilo
