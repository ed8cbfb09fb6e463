// Which square of a picture was used, and how it was resized: written into a measurement and
// repeated on the reference that its restoration is compared with.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sgilo/core/options_json.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// area: mean over the source area of each pixel, for shrinking. bicubic: Keys' kernel with
// a = -1/2 (Keys 1981, "Cubic convolution interpolation"), clamped to [-1, 1], for enlarging.
enum class ResizeKernel { none, area, bicubic };
template <>
struct EnumWords<ResizeKernel> {
  static constexpr std::array<std::string_view, 3> words{"none", "area", "bicubic"};
};

struct ImageFraming {
  std::int64_t height = 1;  // of the whole picture
  std::int64_t width = 1;
  std::int64_t top = 0;  // first row and column of the square
  std::int64_t left = 0;
  std::int64_t side = 1;  // pixels of the square before resizing
  std::int64_t size = 1;  // and after
  ResizeKernel kernel = ResizeKernel::none;

  static constexpr auto fields() {
    using I = std::int64_t;
    return std::tuple{
        field("height", &ImageFraming::height, "rows of the whole picture", positive<I>),
        field("width", &ImageFraming::width, "columns of the whole picture", positive<I>),
        field("top", &ImageFraming::top, "first row of the square", non_negative<I>),
        field("left", &ImageFraming::left, "first column of the square", non_negative<I>),
        field("side", &ImageFraming::side, "side of the square, pixels", positive<I>),
        field("size", &ImageFraming::size, "side after resizing, pixels", positive<I>),
        field("kernel", &ImageFraming::kernel, "none, area or bicubic")};
  }
  bool operator==(const ImageFraming&) const = default;
};

// The largest square in the middle (half a pixel up and left where it cannot be centred), resized
// to `size`. Throws ConfigError unless all three are positive.
ImageFraming center_square(std::int64_t height, std::int64_t width, std::int64_t size);

// float32 [channels, height, width] -> [channels, size, size]; the same bits on every machine and
// thread count. Throws ConfigError when the picture has not the recorded size.
Tensor apply_framing(const Tensor& picture, const ImageFraming& framing);

}  // namespace sgilo
