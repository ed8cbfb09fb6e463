#include "sgilo/operators/identity.h"

namespace sgilo {

Tensor Identity::apply(const Tensor& image) const {
  require_image(image);
  return image;
}

Tensor Identity::picture(const Tensor& measurements) const {
  require_measurements(measurements);
  return measurements.clamp(-1, 1);
}

}  // namespace sgilo
