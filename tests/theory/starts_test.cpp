#include "sgilo/theory/starts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/theory/population_landscape.h"

namespace sgilo {
namespace {

TEST(Starts, OnTheAxisAreMultiplesOfTheTrueLatent) {
  const Tensor x = on_the_axis(-0.5, 3, 4);
  EXPECT_EQ(x.scalar_type(), torch::kFloat32);
  EXPECT_TRUE(torch::equal(x, torch::tensor({-0.5F, 0.F, 0.F, 0.F}).repeat({3, 1})));
}

TEST(Starts, BehindHaveTheirAnglesAndRadius) {
  const Tensor polar = polar_of(at_angles_behind({0, 0.01, 1}, 0.3, 5));
  const double expected[] = {0, 0.01, 1};
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(polar[i][0].item<double>(), 0.3, 1e-15);
    EXPECT_NEAR(polar[i][1].item<double>(), M_PI - expected[i], 1e-14);
  }
}

TEST(Starts, OfRandomDirectionsHaveLengthOneAndNoFavourite) {
  const Tensor x = random_directions(20000, 3, RandomStreams(1), torch::kFloat64);
  EXPECT_NEAR((x.norm(2, 1) - 1).abs().max().item<double>(), 0, 1e-14);
  const double error = 4 / std::sqrt(3 * 20000.0);
  EXPECT_NEAR(x.mean(0).abs().max().item<double>(), 0, error);
}

}  // namespace
}  // namespace sgilo
