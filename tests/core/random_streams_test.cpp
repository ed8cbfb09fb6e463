#include "sgilo/core/random_streams.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sgilo {
namespace {

TEST(RandomStreams, GiveTheSameValuesForTheSameKeys) {
  const RandomStreams a(7), b(7);
  EXPECT_TRUE(torch::equal(a.child("chain", 3).normal({5, 7}), b.child("chain", 3).normal({5, 7})));
  EXPECT_FALSE(torch::equal(a.child("chain", 3).normal({5}), a.child("chain", 4).normal({5})));
  EXPECT_FALSE(torch::equal(a.child("x").normal({5}), a.child("y").normal({5})));
  EXPECT_FALSE(torch::equal(a.normal({5}), RandomStreams(8).normal({5})));
}

TEST(RandomStreams, GiveEachRowTheDrawsItWouldHaveAlone) {
  const RandomStreams root(1);
  const std::vector<RandomStreams> rows{root.child(0), root.child(1), root.child(2)};
  const Tensor together = normal_rows(rows, {3, 5});
  for (std::int64_t i = 0; i < 3; ++i)
    EXPECT_TRUE(torch::equal(together[i], rows[static_cast<std::size_t>(i)].normal({3, 5})));
}

TEST(RandomStreams, NormalsHaveTheMomentsOfTheNormalLaw) {
  const std::int64_t n = 400000;
  const Tensor z = RandomStreams(3).normal({n}).to(torch::kFloat64);
  const double error = 1 / std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(z.mean().item<double>(), 0, 4 * error);
  EXPECT_NEAR(z.pow(2).mean().item<double>(), 1, 4 * error * std::sqrt(2.0));
  EXPECT_NEAR(z.pow(3).mean().item<double>(), 0, 4 * error * std::sqrt(15.0));
  EXPECT_NEAR(z.pow(4).mean().item<double>(), 3, 4 * error * std::sqrt(96.0));
}

TEST(RandomStreams, PermutationsHoldEachIndexOnce) {
  const Tensor order = RandomStreams(5).permutation(1000);
  EXPECT_TRUE(torch::equal(std::get<0>(order.sort()), torch::arange(1000, torch::kInt64)));
  EXPECT_FALSE(torch::equal(order, torch::arange(1000, torch::kInt64)));
}

TEST(RandomStreams, UniformsAndSignsHaveTheirMeans) {
  EXPECT_NEAR(RandomStreams(5).uniform({100000}).mean().item<double>(), 0.5, 4 * 0.2887 / 316);
  EXPECT_NEAR(RandomStreams(5).signs({100000}).mean().item<double>(), 0, 4 / 316.0);
}

}  // namespace
}  // namespace sgilo
