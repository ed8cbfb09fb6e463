#include "sgilo/theory/starts.h"

#include <cmath>

namespace sgilo {

Tensor true_latent(std::int64_t dimension, torch::ScalarType type) {
  Tensor x = torch::zeros({dimension}, type);
  x[0] = 1;
  return x;
}

Tensor on_the_axis(double along, std::int64_t chains, std::int64_t dimension,
                   torch::ScalarType type) {
  return (along * true_latent(dimension, type)).repeat({chains, 1});
}

Tensor at_angles_behind(const std::vector<double>& angles, double radius, std::int64_t dimension,
                        torch::ScalarType type) {
  Tensor x = torch::zeros({static_cast<std::int64_t>(angles.size()), dimension}, torch::kFloat64);
  for (std::size_t i = 0; i < angles.size(); ++i) {
    double* row = x.data_ptr<double>() + static_cast<std::int64_t>(i) * dimension;
    row[0] = -radius * std::cos(angles[i]);
    row[1] = radius * std::sin(angles[i]);
  }
  return x.to(type);
}

Tensor random_directions(std::int64_t chains, std::int64_t dimension, const RandomStreams& stream,
                         torch::ScalarType type) {
  const Tensor x = stream.normal({chains, dimension}).to(type);
  return x / x.norm(2, -1, true);
}

}  // namespace sgilo
