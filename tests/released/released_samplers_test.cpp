// What the released samplers promise beside their numbers, which released_golden_test.cpp holds:
// draws in order, and errors.
#include "sgilo/released/released_samplers.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/sampling/gaussian_score.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

std::vector<RandomStreams> streams(std::uint64_t count) {
  std::vector<RandomStreams> rows;
  for (std::uint64_t i = 0; i < count; ++i) rows.push_back(RandomStreams(7).child("row", i));
  return rows;
}

struct CountedDraws {
  int count = 0;
  DrawSource source() {
    return [this](const Shape& shape) {
      ++count;
      return torch::full(shape, 0.1);
    };
  }
};

ScoreFunction standard_score(const Sde& sde) {
  return gaussian_score(sde, torch::zeros({2}), torch::ones({1}));
}

TEST(ReleasedSamplers, TakeOneDrawForEachUpdateThatHasNoise) {
  const Sde sde(SdeOptions{.scales = 30});
  const ScoreFunction score = standard_score(sde);
  const Tensor x = torch::ones({3, 2});
  for (const Corrector corrector : {Corrector::none, Corrector::langevin})
    for (const Predictor predictor : {Predictor::none, Predictor::reverse_diffusion}) {
      ReleasedSamplerOptions options;
      options.corrector = corrector;
      options.predictor = predictor;
      options.corrector_steps = 2;
      options.hot_steps = 4;
      options.t_index = 0.5;
      const int each =
          (corrector == Corrector::none ? 0 : 2) + (predictor == Predictor::none ? 0 : 1);
      CountedDraws hot, cold, prior, reverse;
      released_hot_sampler(score, sde, x, options, hot.source());
      released_cold_sampler(score, sde, {3, 2}, options, cold.source());
      released_prior_sampler(score, sde, torch::zeros({30, 3, 2}), options, prior.source());
      const Tensor states = released_reverse_sampler(score, sde, x, options, reverse.source());
      EXPECT_EQ(hot.count, 4 * each);
      EXPECT_EQ(cold.count, 1 + 15 * each);
      EXPECT_EQ(prior.count, 1 + 30 * each);
      EXPECT_EQ(reverse.count, 30 * each);
      EXPECT_EQ(states.sizes(), (torch::IntArrayRef{30, 3, 2}));
    }
}

TEST(ReleasedSamplers, OfARowDoNotDependOnItsNeighbours) {
  const Sde sde;
  const Tensor x = torch::tensor({{0.5, 1.0}, {-1.0, 0.3}});
  ReleasedSamplerOptions options;
  options.hot_steps = 3;
  options.snr = 0.1;
  const Tensor both =
      released_hot_sampler(standard_score(sde), sde, x, options, draws_of(streams(2)));
  const Tensor first = released_hot_sampler(standard_score(sde), sde, x.narrow(0, 0, 1), options,
                                            draws_of(streams(1)));
  EXPECT_TRUE(torch::equal(both.narrow(0, 0, 1), first));
}

TEST(DrawSource, GivesNewNumbersAtEachCall) {
  const DrawSource draws = draws_of(streams(2));
  const Tensor first = draws({2, 3}), second = draws({2, 3});
  EXPECT_FALSE(torch::equal(first, second));
  EXPECT_TRUE(torch::equal(first, draws_of(streams(2))({2, 3})));
  EXPECT_EQ(error_text<ConfigError>([&] {
              draws({3, 1});
            }),
            "draws are made for 2 rows, but shape [3, 1] is asked for");
}

TEST(ReleasedSamplers, SayWhatTheReleasedProgramLacks) {
  const Sde sde, coarse(SdeOptions{.scales = 10});
  const Tensor x = torch::ones({1, 2});
  ReleasedSamplerOptions options;
  EXPECT_EQ(error_text<ConfigError>([&] {
              released_cold_sampler(standard_score(coarse), coarse, {1, 2}, options,
                                    draws_of(streams(1)));
            }),
            "a corrector needs sde.scales of at least sde.beta_max = 20, but it is 10");
  EXPECT_EQ(error_text<ConfigError>([&] {
              released_prior_sampler(standard_score(sde), sde, x, options, draws_of(streams(1)));
            }),
            "the data of the released prior sampler must have shape [1000, rows, ...], but have "
            "[1, 2]");
  options.predictor = Predictor::exponential;
  EXPECT_EQ(error_text<ConfigError>([&] {
              released_hot_sampler(standard_score(sde), sde, x, options, draws_of(streams(1)));
            }),
            "released_sampler.predictor must be none, euler_maruyama, reverse_diffusion or "
            "ancestral_sampling, but is exponential");
}

}  // namespace
}  // namespace sgilo
