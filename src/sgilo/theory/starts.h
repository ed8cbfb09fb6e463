// Where chains begin on the population landscape,
// whose true latent is x* = e_1. All are [chains, n].
#pragma once

#include "sgilo/core/random_streams.h"

namespace sgilo {

// The true latent: [n].
Tensor true_latent(std::int64_t dimension, torch::ScalarType type = torch::kFloat32);

// `along` x* in every row: -rho for the saddle.
Tensor on_the_axis(double along, std::int64_t chains, std::int64_t dimension,
                   torch::ScalarType type = torch::kFloat32);

// One row per angle from -x*, at one radius.
Tensor at_angles_behind(const std::vector<double>& angles, double radius, std::int64_t dimension,
                        torch::ScalarType type = torch::kFloat64);

// Uniform on the unit sphere.
Tensor random_directions(std::int64_t chains, std::int64_t dimension, const RandomStreams& stream,
                         torch::ScalarType type = torch::kFloat32);

}  // namespace sgilo
