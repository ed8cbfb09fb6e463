#include "sgilo/released/geocross.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/core/random_streams.h"
#include "support/expect_gradient.h"

namespace sgilo {
namespace {

TEST(Geocross, OfTwoRowsAtAnAngleIsThatAngle) {
  const double angle = 0.7;  // D = angle for pairs, 0 for a row with itself: mean D^2 = angle^2 / 2
  const Tensor rows =
      torch::tensor({{1.0, 0.0}, {std::cos(angle), std::sin(angle)}}, torch::kFloat64);
  EXPECT_NEAR(geocross(3 * rows.unsqueeze(0)).item<double>(), 512 * angle * angle / 2 / 8, 1e-6);
}

TEST(Geocross, OfEqualRowsAndOfOneRowIsNothing) {
  const Tensor row = RandomStreams(1).normal({2, 1, 6});
  EXPECT_LT(geocross(row.repeat({1, 4, 1})).max().item<float>(), 1e-9f);
  EXPECT_TRUE(torch::equal(geocross(row), torch::zeros({2})));
}

TEST(Geocross, HasTheGradientOfItsValue) {
  const Tensor rows = RandomStreams(2).normal({2, 3, 5}).to(torch::kFloat64);
  expect_gradient([](const Tensor& x) { return geocross(x).sum(); }, rows);
}

TEST(Geocross, OfARoundTakesTheRowsThatItsBlocksUse) {
  const Tensor rows = torch::arange(12.0).reshape({1, 6, 2});
  EXPECT_TRUE(torch::equal(geocross_styles(rows, 0), rows));
  EXPECT_TRUE(torch::equal(geocross_styles(rows, 2), rows.narrow(1, 4, 2)));
  EXPECT_EQ(geocross_styles(rows, 9).size(1), 0);
}

}  // namespace
}  // namespace sgilo
