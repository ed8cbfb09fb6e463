#include "sgilo/operators/grayscale.h"

#include "sgilo/core/shape.h"

namespace sgilo {

Grayscale::Grayscale(const GrayscaleOptions&, Shape image_shape, const StateDict&)
    : ForwardOperator(std::move(image_shape)) {
  if (this->image_shape()[0] != 3)
    throw ConfigError(concat("operator grayscale must be given images of 3 channels, but is given ",
                             shape_text(this->image_shape())));
}

Tensor Grayscale::measure(const Tensor& image) const {
  return 0.2989 * image.narrow(1, 0, 1) + 0.5870 * image.narrow(1, 1, 1) +
         0.1140 * image.narrow(1, 2, 1);
}

Tensor Grayscale::picture_of(const Tensor& measurements) const {
  Shape colours = measurements.sizes().vec();
  colours[1] = 3;
  return measurements.clamp(-1, 1).expand(colours).contiguous();
}

}  // namespace sgilo
