#include "sgilo/solvers/projections.h"

#include <cmath>

namespace sgilo {

Tensor project_l1_ball(const Tensor& x, const Tensor& centre, double radius) {
  const Tensor offset = (x - centre).flatten(1), size = offset.abs();
  const Tensor total = size.sum(1, /*keepdim=*/true), inside = total <= radius;
  // theta with sum_i max(size_i - theta, 0) = radius: solved for the numbers above the last theta,
  // which only grows, until these stay the same; five to ten rounds, where sorting takes longer.
  Tensor count = torch::full_like(total, static_cast<double>(size.size(1)));
  Tensor theta = (total - radius) / count;
  for (;;) {
    const Tensor above = (size > theta).to(size.scalar_type());
    const Tensor remaining = above.sum(1, /*keepdim=*/true);
    if (torch::equal(remaining, count)) break;
    count = remaining;
    const Tensor next = ((size * above).sum(1, /*keepdim=*/true) - radius) / count.clamp_min(1);
    theta = torch::maximum(theta, next);
  }
  const Tensor shrunk = offset.sign() * (size - theta).clamp_min(0);
  return torch::where(inside, x.flatten(1), centre.flatten(1) + shrunk).reshape(x.sizes());
}

Tensor project_style_sphere(const Tensor& styles) {
  const double radius = std::sqrt(static_cast<double>(styles.size(-1)));
  return styles * (radius / styles.norm(2, {-1}, /*keepdim=*/true).clamp_min(1e-12));
}

Tensor project_noise_sphere(const Tensor& noise) {
  return project_style_sphere(noise.flatten(1)).reshape(noise.sizes());
}

Tensor released_radii(const Tensor& x) {
  Tensor squares = x.square();
  for (std::int64_t axis = 2; axis < x.dim(); ++axis) squares = squares.sum(axis, /*keepdim=*/true);
  return (squares + 1e-9).sqrt();
}

Tensor project_to_radii(const Tensor& x, const Tensor& radii) {
  return x / released_radii(x) * radii;
}

}  // namespace sgilo
