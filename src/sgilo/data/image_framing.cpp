#include "sgilo/data/image_framing.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/picture_parts.h"

namespace sgilo {
namespace {

constexpr std::int64_t kRowsAtOnce = 64;

// One output sample: sum over k of weights[k] * input[indices[k]].
struct Taps {
  std::vector<std::int64_t> indices;
  std::vector<double> weights;
};

// k(x) of Keys with a = -1/2, zero beyond |x| = 2.
double keys_kernel(double x) {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

std::vector<Taps> resize_taps(std::int64_t side, std::int64_t size, ResizeKernel kernel) {
  std::vector<Taps> all(static_cast<std::size_t>(size));
  const double ratio = static_cast<double>(side) / static_cast<double>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    Taps& taps = all[static_cast<std::size_t>(i)];
    const auto add = [&](std::int64_t index, double weight) {
      if (weight == 0) return;
      taps.indices.push_back(std::clamp<std::int64_t>(index, 0, side - 1));
      taps.weights.push_back(weight);
    };
    if (kernel == ResizeKernel::area) {
      const double begin = static_cast<double>(i) * ratio;
      const double end = begin + ratio;
      for (auto k = static_cast<std::int64_t>(begin); k < end && k < side; ++k) {
        const auto left = static_cast<double>(k);
        add(k, std::max(0.0, std::min(end, left + 1) - std::max(begin, left)) / ratio);
      }
    } else {
      const double center = (static_cast<double>(i) + 0.5) * ratio - 0.5;
      const auto first = static_cast<std::int64_t>(std::floor(center)) - 1;
      for (std::int64_t k = first; k < first + 4; ++k)
        add(k, keys_kernel(center - static_cast<double>(k)));
    }
  }
  return all;
}

// Resizes the last dimension of a contiguous [rows, side] tensor; sums in double, in a fixed order.
Tensor resize_rows(const Tensor& input, const std::vector<Taps>& taps) {
  const std::int64_t rows = input.size(0);
  const std::int64_t side = input.size(1);
  const auto size = static_cast<std::int64_t>(taps.size());
  const Tensor output = torch::empty({rows, size});
  const float* in = input.data_ptr<float>();
  float* out = output.data_ptr<float>();
  for (std::int64_t row = 0; row < rows; ++row, in += side)
    for (const Taps& tap : taps) {
      double sum = 0;
      for (std::size_t k = 0; k < tap.weights.size(); ++k)
        sum += tap.weights[k] * static_cast<double>(in[tap.indices[k]]);
      *out++ = static_cast<float>(sum);
    }
  return output;
}

}  // namespace

ImageFraming center_square(std::int64_t height, std::int64_t width, std::int64_t size) {
  ImageFraming framing;
  framing.height = height;
  framing.width = width;
  framing.side = std::min(height, width);
  framing.top = (height - framing.side) / 2;
  framing.left = (width - framing.side) / 2;
  framing.size = size;
  framing.kernel = size == framing.side  ? ResizeKernel::none
                   : size < framing.side ? ResizeKernel::area
                                         : ResizeKernel::bicubic;
  validate(framing, "framing.");
  return framing;
}

Tensor apply_framing(const PictureParts& picture, const ImageFraming& framing) {
  if (framing.top + framing.side > framing.height || framing.left + framing.side > framing.width)
    throw ConfigError(concat("framing: the square of ", framing.side, " pixels at row ",
                             framing.top, ", column ", framing.left, " leaves the picture of ",
                             framing.width, " x ", framing.height, " pixels"));
  const std::int64_t side = framing.side;
  const std::int64_t size = framing.size;
  const bool resizes = framing.kernel != ResizeKernel::none;
  if (!resizes && side != size)
    throw ConfigError(concat("framing: kernel none keeps ", side, " pixels, but size is ", size));
  const std::vector<Taps> taps =
      resizes ? resize_taps(side, size, framing.kernel) : std::vector<Taps>();
  Tensor narrow;  // [channels, side, size]
  for (std::int64_t top = 0; top < side; top += kRowsAtOnce) {
    const std::int64_t rows = std::min(kRowsAtOnce, side - top);
    Tensor part = picture({framing.top + top, framing.left, rows, side}).contiguous();
    const std::int64_t channels = part.size(0);
    if (resizes)
      part = resize_rows(part.reshape({channels * rows, side}), taps).view({channels, rows, size});
    if (!narrow.defined()) narrow = torch::empty({channels, side, size});
    narrow.slice(1, top, top + rows).copy_(part);
  }
  if (!resizes) return narrow;
  const std::int64_t channels = narrow.size(0);
  const Tensor turned = narrow.transpose(1, 2).contiguous();
  const Tensor small = resize_rows(turned.view({channels * size, side}), taps);
  return small.view({channels, size, size}).transpose(1, 2).contiguous().clamp_(-1, 1);
}

Tensor apply_framing(const Tensor& picture, const ImageFraming& framing) {
  require_shape("the picture to frame", picture, {-1, framing.height, framing.width});
  return apply_framing(
      [&](const PicturePart& part) {
        return picture.slice(1, part.top, part.top + part.rows)
            .slice(2, part.left, part.left + part.columns)
            .to(torch::kFloat32);
      },
      framing);
}

}  // namespace sgilo
