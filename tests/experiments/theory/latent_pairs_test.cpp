#include "sgilo/experiments/theory/latent_pairs.h"

#include <gtest/gtest.h>

#include <numbers>

namespace sgilo {
namespace {

TEST(LatentPairs, StandAtTheirAngles) {
  const Tensor angles = torch::tensor(
      {0.0, 1e-9, 0.7, 1.6, std::numbers::pi - 1e-9, std::numbers::pi}, torch::kFloat64);
  const auto [x, y] = pairs_at_angles(angles.unsqueeze(1), 10, RandomStreams(3));
  EXPECT_TRUE(torch::allclose(x.norm(2, 1), torch::ones({6}, torch::kFloat64), 1e-12, 0));
  EXPECT_TRUE(torch::allclose(angles_between(x, y), angles, 1e-12, 1e-14));
  EXPECT_TRUE(torch::allclose(angles_between(2 * x, 5 * y), angles, 1e-12, 1e-14));
}

}  // namespace
}  // namespace sgilo
