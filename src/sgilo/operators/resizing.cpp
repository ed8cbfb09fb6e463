#include "sgilo/operators/resizing.h"

#include <algorithm>

namespace sgilo {
namespace {

Tensor resized(const Tensor& image, std::int64_t height, std::int64_t width) {
  if (image.size(2) == height && image.size(3) == width) return image;
  return torch::upsample_bilinear2d(image, {height, width}, /*align_corners=*/false);
}

const Shape& checked(const Shape& image_shape) {
  require_planes(ResizingOptions::kind, image_shape);
  return image_shape;
}

}  // namespace

Resizing::Resizing(const ResizingOptions& options, Shape image_shape, const StateDict&)
    : ForwardOperator(checked(image_shape)), options_(options_with_kind(options)) {
  const std::int64_t shorter = std::min(image_shape[1], image_shape[2]);
  height_ = options.side * image_shape[1] / shorter;
  width_ = options.side * image_shape[2] / shorter;
}

Tensor Resizing::measure(const Tensor& image) const { return resized(image, height_, width_); }

std::string Resizing::describe() const {
  const Shape& shape = image_shape();
  return describe_options(
      options_, concat(shape[1], " x ", shape[2], " to ", height_, " x ", width_, " pixels"));
}

Tensor Resizing::picture_of(const Tensor& measurements) const {
  return resized(measurements.clamp(-1, 1), image_shape()[1], image_shape()[2]);
}

}  // namespace sgilo
