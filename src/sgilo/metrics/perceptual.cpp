#include "sgilo/metrics/perceptual.h"

#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

Tensor unit_length(const Tensor& map) {
  const Tensor x = map.scalar_type() == torch::kFloat64 ? map : map.to(torch::kFloat32);
  return x * torch::rsqrt(x.pow(2).sum(1, /*keepdim=*/true) + 1e-8);
}

}  // namespace

Tensor perceptual_distance(FeatureClassifier& classifier, const Tensor& image,
                           const Tensor& reference) {
  require_shape("perceptual: reference", reference, {-1, 3, -1, -1});
  require_shape("perceptual: image", image, reference.sizes());
  const std::vector<Tensor> a = classifier->feature_maps(image);
  const std::vector<Tensor> b = classifier->feature_maps(reference);
  Tensor total = torch::zeros({image.size(0)}, image.options());
  for (std::size_t i = 0; i < a.size(); ++i)
    total = total + (unit_length(a[i]) - unit_length(b[i])).pow(2).sum(1).mean({1, 2});
  return total / static_cast<double>(a.size());
}

}  // namespace sgilo
