#include "sgilo/experiments/theory/latent_pairs.h"

#include "sgilo/theory/starts.h"

namespace sgilo {

std::pair<Tensor, Tensor> pairs_at_angles(const Tensor& angles, std::int64_t dimension,
                                          const RandomStreams& streams) {
  const std::int64_t count = angles.size(0);
  const Tensor x = random_directions(count, dimension, streams.child("x"), angles.scalar_type());
  const Tensor g = streams.child("y").normal({count, dimension}).to(angles.scalar_type());
  const Tensor across = g - (g * x).sum(1, true) * x;
  return {x, angles.cos() * x + angles.sin() * across / across.norm(2, 1, true)};
}

Tensor angles_between(const Tensor& x, const Tensor& y) {
  const Tensor u = x / x.norm(2, 1, true), v = y / y.norm(2, 1, true);
  return 2 * torch::atan2((u - v).norm(2, 1), (u + v).norm(2, 1));
}

}  // namespace sgilo
