#include "sgilo/metrics/ssim.h"

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

constexpr std::int64_t kWindow = 11;
constexpr double kSigma = 1.5;
constexpr double kC1 = 0.02 * 0.02, kC2 = 0.06 * 0.06;

// Weighted mean under the window at every valid position, [N, 1, H, W] -> [N, 1, H-10, W-10].
Tensor window_mean(const Tensor& x) {
  const Tensor offset = torch::arange(kWindow, x.options()) - (kWindow - 1) / 2.0;
  Tensor weights = torch::exp(-offset.pow(2) / (2 * kSigma * kSigma));
  weights = weights / weights.sum();
  return torch::conv2d(torch::conv2d(x, weights.view({1, 1, kWindow, 1})),
                       weights.view({1, 1, 1, kWindow}));
}

}  // namespace

Tensor ssim(const Tensor& image, const Tensor& reference) {
  require_shape("ssim: reference", reference, {-1, -1, -1, -1});
  require_shape("ssim: image", image, reference.sizes());
  if (image.size(2) < kWindow || image.size(3) < kWindow)
    throw ConfigError(concat("ssim: images must be at least 11 x 11, but have shape ",
                             shape_text(image.sizes())));
  // float64: the variances are differences of nearly equal numbers.
  const Shape planes{-1, 1, image.size(2), image.size(3)};
  const Tensor a = image.clamp(-1, 1).to(torch::kFloat64).reshape(planes);
  const Tensor b = reference.clamp(-1, 1).to(torch::kFloat64).reshape(planes);
  const Tensor mean_a = window_mean(a), mean_b = window_mean(b);
  const Tensor variance_a = window_mean(a * a) - mean_a.pow(2);
  const Tensor variance_b = window_mean(b * b) - mean_b.pow(2);
  const Tensor covariance = window_mean(a * b) - mean_a * mean_b;
  const Tensor map = (2 * mean_a * mean_b + kC1) * (2 * covariance + kC2) /
                     ((mean_a.pow(2) + mean_b.pow(2) + kC1) * (variance_a + variance_b + kC2));
  return map.view({image.size(0), -1}).mean(1).to(image.scalar_type());
}

}  // namespace sgilo
