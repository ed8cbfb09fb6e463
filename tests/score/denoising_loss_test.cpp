#include "sgilo/score/denoising_loss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/sampling/gaussian_score.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

std::vector<RandomStreams> rows(std::uint64_t count) {
  std::vector<RandomStreams> streams;
  for (std::uint64_t i = 0; i < count; ++i) streams.push_back(RandomStreams(1).child(i));
  return streams;
}

TEST(DrawTimes, CoversTheLevelsThatSolversUse) {
  const Sde sde;
  const std::int64_t n = 4000;
  const Tensor t = draw_times(sde, {}, rows(static_cast<std::uint64_t>(n)));
  EXPECT_GE(t.min().item<double>(), 1e-4);
  EXPECT_LE(t.max().item<double>(), 1);
  const Tensor std = sde.std(t);
  const double share = ((std > 0.05) * (std < 0.7)).to(torch::kFloat64).mean().item<double>();
  // Half the levels are log-uniform: ln(14)/ln(45) of them; the others uniform in t.
  const double expected = 0.5 * std::log(14.0) / std::log(45.0) +
                          0.5 * (sde.t_of_std(0.7) - sde.t_of_std(0.05)) / (1 - 1e-3);
  EXPECT_NEAR(share, expected, 4 * std::sqrt(expected * (1 - expected) / static_cast<double>(n)));
}

TEST(DrawTimes, RefusesAnEmptyRange) {
  EXPECT_EQ(error_text<ConfigError>(
                [] { draw_times(Sde(), {.smallest_std = 0.5, .largest_std = 0.5}, rows(1)); }),
            "noise_levels.largest_std must be above smallest_std = 0.5, but is 0.5");
}

// The untrained network is F = 0: the loss is its target (eps - r x_0)^2 / (1 + r^2).
TEST(DenoisingLoss, IsTheSquaredErrorOfTheNetworksOwnOutput) {
  ScoreNetworkOptions options;
  options.network.width = 16;
  options.network.layers = 1;
  options.network.heads = 2;
  ScoreNetwork network(Shape{3, 2, 2}, options, RandomStreams(1));
  const Tensor clean = RandomStreams(2).normal({4, 3, 2, 2});
  const Tensor noise = RandomStreams(3).normal({4, 3, 2, 2});
  const Tensor t = torch::tensor({0.01, 0.1, 0.3, 0.8});
  const Tensor r = network->sde().noise_ratio(t).view({4, 1, 1, 1});
  const Tensor expected = ((noise - r * clean).square() / (1 + r.square())).mean({1, 2, 3});
  EXPECT_TRUE(torch::allclose(denoising_loss(network, clean, t, noise), expected, 1e-3, 1e-4));
}

TEST(DenoisingErrors, AreThoseOfTheExactScoreOfAGaussian) {
  const Sde sde;
  const double variance = 0.3;
  const auto streams = rows(500);
  const Tensor clean = normal_rows(children(streams, "x"), {3, 4, 4}) * std::sqrt(variance);
  const auto errors =
      denoising_errors(gaussian_score(sde, torch::zeros({1}), torch::full({1}, variance)), sde,
                       clean, {0.1, 0.5, 0.9}, streams);
  ASSERT_EQ(errors.size(), 3u);
  for (const LevelError& error : errors) {
    const double r = sde.noise_ratio(sde.t_of_std(error.std));
    // 24,000 numbers: the relative standard error of a root mean square is 1/sqrt(2 * 24000).
    EXPECT_NEAR(error.undenoised / r, 1, 4 * 0.0046);
    EXPECT_NEAR(error.denoised / std::sqrt(variance * r * r / (variance + r * r)), 1, 4 * 0.0046);
  }
}

}  // namespace
}  // namespace sgilo
