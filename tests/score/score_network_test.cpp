#include "sgilo/score/score_network.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/state_dict.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

ScoreNetworkOptions small() {
  ScoreNetworkOptions options;
  options.network.width = 16;
  options.network.layers = 1;
  options.network.heads = 2;
  return options;
}

ScoreNetwork moved(const ScoreNetworkOptions& options) {
  ScoreNetwork network(Shape{3, 4, 4}, options, RandomStreams(1));
  const torch::NoGradGuard no_grad;
  std::uint64_t index = 0;
  for (Tensor& parameter : network->parameters())
    parameter += RandomStreams(2).child(index++).normal(parameter.sizes()) * 0.2;
  return network;
}

const Tensor kTimes = torch::tensor({0.05, 0.4});

Tensor input() { return RandomStreams(3).normal({2, 3, 4, 4}); }

TEST(ScoreNetwork, StartsAsTheScoreOfAStandardNormal) {
  ScoreNetwork network(Shape{3, 4, 4}, small(), RandomStreams(1));
  EXPECT_TRUE(torch::allclose(network->score(input(), kTimes), -input(), 1e-3, 1e-4));
}

TEST(ScoreNetwork, PredictsVelocityWhenTheDataHaveUnitVariance) {
  ScoreNetwork network = moved(small());
  const Sde& sde = network->sde();
  const Tensor a = sde.mean_scale(kTimes).view({2, 1, 1, 1});
  const Tensor std = sde.std(kTimes).view({2, 1, 1, 1});
  // x_t = a x_0 + std eps and v = a eps - std x_0 give x_0 = a x_t - std v, eps = std x_t + a v.
  const Tensor v = -network->network()->forward(input(), sde.noise_ratio(kTimes).log() * 0.25);
  EXPECT_TRUE(
      torch::allclose(network->denoised(input(), kTimes), a * input() - std * v, 1e-4, 1e-5));
  EXPECT_TRUE(
      torch::allclose(network->score(input(), kTimes), -(std * input() + a * v) / std, 1e-3, 1e-4));
}

TEST(ScoreNetwork, KeepsScoreAndExpectationConsistentForEverySde) {
  for (const SdeKind kind : {SdeKind::vp, SdeKind::subvp, SdeKind::ve}) {
    ScoreNetworkOptions options = small();
    options.sde.kind = kind;
    ScoreNetwork network = moved(options);
    const Tensor t = torch::full({2}, 0.3);
    EXPECT_TRUE(torch::allclose(network->sde().denoised(input(), 0.3, network->score(input(), t)),
                                network->denoised(input(), t), 1e-3, 1e-3))
        << network->describe();
  }
}

TEST(ScoreNetwork, StaysFiniteWithoutNoise) {
  ScoreNetwork network = moved(small());
  EXPECT_TRUE(network->score(input(), torch::zeros({2})).isfinite().all().item<bool>());
}

TEST(ScoreNetwork, CarriesItsStatisticsInTheStateDict) {
  ScoreNetwork network = moved(small());
  network->set_statistics(torch::tensor({1.0, 2.0, 3.0}), torch::tensor({0.5, 1.0, 2.0}));
  const Tensor x = input();
  EXPECT_TRUE(torch::allclose(network->unstandardised(network->standardised(x)), x, 1e-5, 1e-6));
  ScoreNetwork copy(Shape{3, 4, 4}, small(), RandomStreams(9));
  load_state(*copy, state_of(*network));
  EXPECT_TRUE(torch::equal(copy->standardised(x), network->standardised(x)));
  EXPECT_TRUE(torch::equal(copy->score(x, kTimes), network->score(x, kTimes)));
  EXPECT_EQ(error_text<ConfigError>(
                [&] { network->set_statistics(torch::zeros({3}), torch::zeros({3})); }),
            "the channel scales must be positive");
}

TEST(ScoreNetwork, MeasuresChannelsAndSparesDeadOnes) {
  Tensor x = RandomStreams(4).normal({500, 3, 4, 4});
  x.select(1, 0).mul_(4).add_(1);
  x.select(1, 2).zero_();
  const ChannelStatistics statistics = channel_statistics(x);
  EXPECT_NEAR(statistics.mean[0].item<double>(), 1, 0.2);
  EXPECT_NEAR(statistics.scale[0].item<double>(), 4, 0.2);
  EXPECT_NEAR(statistics.scale[2].item<double>(), 0.004, 0.001);
}

TEST(ScoreNetwork, GivesOneConditionToAllRows) {
  ScoreNetworkOptions options = small();
  options.network.condition_size = 2;
  ScoreNetwork network = moved(options);
  const Tensor one = torch::tensor({{0.5, -1.0}});
  EXPECT_TRUE(torch::equal(score_function(network, one)(input(), kTimes),
                           score_function(network, one.repeat({2, 1}))(input(), kTimes)));
  EXPECT_FALSE(torch::equal(score_function(network, one)(input(), kTimes),
                            score_function(network)(input(), kTimes)));
}

}  // namespace
}  // namespace sgilo
