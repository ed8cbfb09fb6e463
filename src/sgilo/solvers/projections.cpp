#include "sgilo/solvers/projections.h"

#include <cmath>

namespace sgilo {

Tensor project_l1_ball(const Tensor& x, const Tensor& centre, double radius) {
  const Tensor offset = (x - centre).flatten(1), size = offset.abs();
  const Tensor sorted = std::get<0>(size.sort(1, /*descending=*/true));
  const Tensor count = torch::arange(1, sorted.size(1) + 1, x.options());
  const Tensor excess = (sorted.cumsum(1) - radius) / count;  // theta if the first `count` remain
  const Tensor last = (sorted > excess).sum(1, /*keepdim=*/true).sub(1).clamp_min(0);
  const Tensor theta = excess.gather(1, last);
  const Tensor shrunk = offset.sign() * (size - theta).clamp_min(0);
  const Tensor inside = size.sum(1, /*keepdim=*/true) <= radius;
  return torch::where(inside, x.flatten(1), centre.flatten(1) + shrunk).reshape(x.sizes());
}

Tensor project_style_sphere(const Tensor& styles) {
  const double radius = std::sqrt(static_cast<double>(styles.size(-1)));
  return styles * (radius / styles.norm(2, {-1}, /*keepdim=*/true).clamp_min(1e-12));
}

Tensor project_noise_sphere(const Tensor& noise) {
  return project_style_sphere(noise.flatten(1)).reshape(noise.sizes());
}

}  // namespace sgilo
