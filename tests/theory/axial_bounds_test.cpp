#include "sgilo/theory/axial_bounds.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sgilo {
namespace {

Tensor cloud(std::uint64_t seed) { return RandomStreams(seed).normal({300, 4}); }

TEST(AxialBounds, OfAShiftAlongTheAxisIsTheShift) {
  Tensor moved = cloud(1).clone();
  moved.select(1, 0).add_(0.7);
  EXPECT_NEAR(least_wasserstein1(axial_sample(cloud(1)), axial_sample(moved)), 0.7, 1e-6);
  EXPECT_NEAR(least_wasserstein2(axial_sample(cloud(1)), axial_sample(moved)), 0.7, 1e-6);
}

// |x_i - y_i| averaged over any pairing bounds the distance from above.
TEST(AxialBounds, StayBelowEveryCoupling) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Tensor x = cloud(seed), y = 0.6 * cloud(seed) + 0.2 * cloud(seed + 10);
    const Tensor distances = (x - y).norm(2, 1);
    EXPECT_LE(least_wasserstein1(axial_sample(x), axial_sample(y)),
              distances.mean().item<double>());
    EXPECT_LE(least_wasserstein2(axial_sample(x), axial_sample(y)),
              std::sqrt(distances.square().mean().item<double>()));
  }
}

TEST(AxialBounds, ARotationAboutTheAxisChangesNothing) {
  const Tensor turned = cloud(1).index_select(1, torch::tensor({0, 2, 3, 1})).clone();
  EXPECT_NEAR(least_wasserstein2(axial_sample(cloud(1)), axial_sample(turned)), 0, 1e-6);
}

TEST(AxialBounds, QuantilesOfALawAreThoseOfItsDraws) {
  const StationaryLaw law(PopulationLandscape(2), 8, 40);
  const AxialSample exact = axial_quantiles(law, 5000);
  const AxialSample drawn = axial_sample(law.draw(20000, RandomStreams(2)));
  EXPECT_LT(least_wasserstein1(exact, drawn), 4 * 1.3 * 0.3 / std::sqrt(20000.0));
}

}  // namespace
}  // namespace sgilo
