#include "sgilo/metrics/psnr.h"

#include "sgilo/core/shape.h"

namespace sgilo {

Tensor mean_squared_error(const Tensor& image, const Tensor& reference) {
  require_shape("metrics: reference", reference, {-1, -1, -1, -1});
  require_shape("metrics: image", image, reference.sizes());
  return (image.clamp(-1, 1) - reference.clamp(-1, 1)).pow(2).mean({1, 2, 3});
}

Tensor psnr(const Tensor& image, const Tensor& reference) {
  return 10 * torch::log10(4 / mean_squared_error(image, reference));
}

}  // namespace sgilo
