#include "sgilo/operators/forward_operator.h"

#include <algorithm>

#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

Shape batch_of(std::int64_t rows, const Shape& shape) {
  Shape batch{rows};
  batch.insert(batch.end(), shape.begin(), shape.end());
  return batch;
}

bool is_batch_of(const Tensor& tensor, torch::IntArrayRef shape) {
  return tensor.dim() == static_cast<std::int64_t>(shape.size()) + 1 &&
         tensor.sizes().slice(1).equals(shape);
}

}  // namespace

ForwardOperator::ForwardOperator(Shape image_shape) : image_shape_(std::move(image_shape)) {
  const bool positive = std::all_of(image_shape_.begin(), image_shape_.end(),
                                    [](std::int64_t size) { return size > 0; });
  if (image_shape_.empty() || !positive)
    throw ConfigError(concat("an operator's image must have a shape of positive sizes, but has ",
                             shape_text(image_shape_)));
}

Tensor ForwardOperator::apply(const Tensor& image) const {
  require_image(image);
  return measure(image);
}

Tensor ForwardOperator::adjoint(const Tensor& measurements) const {
  const torch::AutoGradMode record(true);
  const std::int64_t rows = measurements.dim() > 0 ? measurements.size(0) : 1;
  const Tensor origin =
      torch::zeros(batch_of(rows, image_shape_), measurements.options()).requires_grad_(true);
  const Tensor output = apply(origin);
  require_measurements(measurements, output.sizes().slice(1));
  return torch::autograd::grad({output}, {origin}, {measurements.detach()})[0];
}

Shape ForwardOperator::measurement_shape() const {
  const torch::NoGradGuard no_grad;
  return measure(torch::zeros(batch_of(1, image_shape_))).sizes().slice(1).vec();
}

Tensor ForwardOperator::picture(const Tensor& measurements) const {
  require_measurements(measurements, measurement_shape());
  return picture_of(measurements);
}

Tensor ForwardOperator::picture_of(const Tensor& measurements) const {
  return scaled_to_unit_range(adjoint(measurements));
}

void ForwardOperator::require_image(const Tensor& image) const {
  if (is_batch_of(image, image_shape_)) return;
  const std::string sizes = shape_text(image_shape_);
  throw ConfigError(concat("images have shape ", shape_text(image.sizes()), ", but operator ",
                           describe(), " takes [N, ", sizes.substr(1)));
}

void ForwardOperator::require_measurements(const Tensor& measurements,
                                           torch::IntArrayRef expected) const {
  if (is_batch_of(measurements, expected)) return;
  throw ConfigError(concat("measurements have shape ", shape_text(measurements.sizes()),
                           ", but operator ", describe(), " produces [N, ",
                           shape_text(expected).substr(1)));
}

void require_planes(std::string_view kind, const Shape& image_shape) {
  if (image_shape.size() != 3)
    throw ConfigError(concat("operator ", kind,
                             " must be given images of shape [channels, height, width], but is "
                             "given ",
                             shape_text(image_shape)));
}

Tensor scaled_to_unit_range(const Tensor& rows) {
  Shape ones(static_cast<std::size_t>(rows.dim()), 1);
  ones[0] = rows.size(0);
  const Tensor largest = rows.detach().abs().flatten(1).amax(1).view(ones);
  return rows / torch::where(largest > 0, largest, torch::ones_like(largest));
}

}  // namespace sgilo
