#include "sgilo/operators/downsampling.h"

#include <algorithm>
#include <cmath>

namespace sgilo {
namespace {

double cubic(double u) {  // Keys 1981 with a = -1/2
  u = std::abs(u);
  if (u <= 1) return (1.5 * u - 2.5) * u * u + 1;
  if (u < 2) return ((-0.5 * u + 2.5) * u - 4) * u + 2;
  return 0;
}

std::int64_t reflected(std::int64_t position, std::int64_t size) {  // the edge is not repeated
  if (position < 0) return -position;
  return position < size ? position : 2 * (size - 1) - position;
}

Tensor resampling_matrix(const DownsamplingOptions& options, std::int64_t size) {
  const std::int64_t factor = options.factor;
  Tensor matrix = torch::zeros({size / factor, size}, torch::kFloat64);
  const bool bicubic = options.kernel == DownsamplingKernel::bicubic;
  const Tensor taps = bicubic
                          ? bicubic_taps(factor)
                          : torch::full({factor}, 1 / static_cast<double>(factor), torch::kFloat64);
  const std::int64_t before = bicubic ? 3 * factor / 2 : 0;
  auto weight = matrix.accessor<double, 2>();
  const auto tap = taps.accessor<double, 1>();
  for (std::int64_t row = 0; row < size / factor; ++row)
    for (std::int64_t i = 0; i < tap.size(0); ++i)
      weight[row][reflected(row * factor + i - before, size)] += tap[i];
  return matrix;
}

// Checked before the matrices are built.
const Shape& checked(const DownsamplingOptions& options, const Shape& image_shape) {
  require_planes(DownsamplingOptions::kind, image_shape);
  const std::int64_t height = image_shape[1], width = image_shape[2], factor = options.factor;
  if (height % factor != 0 || width % factor != 0)
    throw ConfigError(concat("operator downsample: factor must divide the image's sides of ",
                             height, " x ", width, " pixels, but is ", factor));
  const std::int64_t border = 3 * factor - 3 * factor / 2;
  if (options.kernel == DownsamplingKernel::bicubic && border >= std::min(height, width))
    throw ConfigError(
        concat("operator downsample: the bicubic kernel of factor ", factor, " reflects ", border,
               " pixels at each border, which must be fewer than the image's sides of ", height,
               " x ", width, " pixels; kernel = area takes any factor"));
  return image_shape;
}

}  // namespace

Downsampling::Downsampling(const DownsamplingOptions& options, Shape image_shape, const StateDict&)
    : ForwardOperator(checked(options, image_shape)),
      options_(options_with_kind(options)),
      factor_(options.factor),
      vertical_(resampling_matrix(options, image_shape[1])),
      horizontal_(resampling_matrix(options, image_shape[2]).t().contiguous()) {}

Tensor Downsampling::measure(const Tensor& image) const {
  return torch::matmul(torch::matmul(vertical_.like(image), image), horizontal_.like(image));
}

std::string Downsampling::describe() const {
  const Shape& shape = image_shape();
  return describe_options(options_, concat(shape[1] / factor_, " x ", shape[2] / factor_, " of ",
                                           shape[1], " x ", shape[2], " pixels"));
}

Tensor Downsampling::picture_of(const Tensor& measurements) const {
  return measurements.clamp(-1, 1).repeat_interleave(factor_, 2).repeat_interleave(factor_, 3);
}

Tensor bicubic_taps(std::int64_t factor) {
  Tensor taps = torch::empty({4 * factor}, torch::kFloat64);
  auto tap = taps.accessor<double, 1>();
  const double f = static_cast<double>(factor);
  for (std::int64_t i = 0; i < 4 * factor; ++i)
    tap[i] = cubic((static_cast<double>(i) - 2 * f + 0.5) / f);
  return taps / taps.sum();
}

}  // namespace sgilo
