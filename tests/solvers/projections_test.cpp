#include "sgilo/solvers/projections.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

Tensor draws(std::uint64_t seed, torch::IntArrayRef shape) {
  return RandomStreams(seed).normal(shape).to(torch::kFloat64);
}

TEST(L1Ball, ProjectionLandsOnTheRadius) {
  const Tensor x = draws(1, {5, 3, 4}), centre = draws(2, {5, 3, 4});
  const Tensor distance = (project_l1_ball(x, centre, 2.5) - centre).abs().flatten(1).sum(1);
  EXPECT_TRUE(torch::allclose(distance, torch::full({5}, 2.5, torch::kFloat64)));
}

TEST(L1Ball, PointsInsideStay) {
  const Tensor centre = draws(2, {4, 6}), x = centre + 0.01 * draws(3, {4, 6});
  EXPECT_TRUE(torch::equal(project_l1_ball(x, centre, 1), x));
}

TEST(L1Ball, ProjectionIsTheNearestPoint) {  // <x - p, q - p> <= 0 for every q of the ball
  const Tensor x = 2 * draws(4, {1, 7}), centre = torch::zeros({1, 7}, torch::kFloat64);
  const Tensor p = project_l1_ball(x, centre, 1.5);
  for (std::uint64_t i = 0; i < 200; ++i) {
    Tensor q = draws(100 + i, {1, 7});
    q = q * (1.5 / q.abs().sum());
    EXPECT_LE(((x - p) * (q - p)).sum().item<double>(), 1e-12);
  }
}

TEST(L1Ball, OfRadiusZeroIsItsCentre) {
  const Tensor x = draws(5, {2, 3}), centre = draws(6, {2, 3});
  EXPECT_TRUE(torch::allclose(project_l1_ball(x, centre, 0), centre));
}

TEST(Spheres, HaveTheNormOfTypicalDraws) {
  const Tensor styles = project_style_sphere(draws(7, {2, 5, 9}));
  EXPECT_TRUE(torch::allclose(styles.norm(2, {2}), torch::full({2, 5}, 3.0, torch::kFloat64)));
  const Tensor noise = project_noise_sphere(draws(8, {2, 1, 4, 4}));
  EXPECT_TRUE(
      torch::allclose(noise.flatten(1).norm(2, {1}), torch::full({2}, 4.0, torch::kFloat64)));
}

TEST(ReleasedSpheres, KeepTheNormsOverTheAxesFromTheThirdOn) {
  const Tensor styles = draws(7, {2, 3, 5}), maps = draws(8, {2, 1, 3, 4});
  const Tensor radii = released_radii(styles);
  EXPECT_EQ(radii.sizes(), (torch::IntArrayRef{2, 3, 1}));
  const Tensor back = project_to_radii(3 * styles, radii);
  EXPECT_TRUE(torch::allclose(back, styles, 1e-8, 1e-8));
  EXPECT_EQ(released_radii(maps).sizes(), (torch::IntArrayRef{2, 1, 1, 1}));
  EXPECT_TRUE(torch::allclose(released_radii(maps).flatten(), maps.flatten(1).norm(2, {1})));
}

}  // namespace
}  // namespace sgilo
