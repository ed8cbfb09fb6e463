#include "sgilo/solvers/priors.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(Priors, StandardNormalIsTheScoreOfWhatTheDiffusionMakesOfIt) {
  const Tensor x = RandomStreams(1).normal({4, 3}), t = torch::full({4}, 0.3);
  for (const SdeKind kind : {SdeKind::vp, SdeKind::subvp, SdeKind::ve}) {
    const Sde sde(SdeOptions{.kind = kind});
    const double a = sde.mean_scale(0.3), s = sde.std(0.3);
    EXPECT_TRUE(torch::allclose(standard_normal(sde).score(x, t), -x / (a * a + s * s)))
        << sde.describe();
  }
}

TEST(Priors, ThereIsNoneUnasked) {
  Priors priors;
  priors.set(2, Role::code, standard_normal());
  EXPECT_TRUE(priors.has(2, Role::code));
  EXPECT_FALSE(priors.has(2, Role::noise));
  EXPECT_FALSE(priors.has(1, Role::code));
  EXPECT_EQ(error_text<ConfigError>([&] { priors.at(2, Role::layer); }),
            "the problem has no prior for the layer of stage 2");
}

TEST(Priors, EachHasItsOwnDiffusion) {
  Priors priors;
  priors.set(1, Role::layer, standard_normal(Sde(SdeOptions{.beta_max = 10})));
  priors.set(2, Role::layer, standard_normal());
  EXPECT_EQ(priors.at(1, Role::layer).sde.options().beta_max, 10);
  EXPECT_EQ(priors.at(2, Role::layer).sde.options().beta_max, 20);
  EXPECT_EQ(priors.layers(), (std::vector<int>{1, 2}));
}

TEST(Priors, ChangesAllScores) {
  Priors priors(PriorCoordinates::released);
  priors.set(0, Role::code, standard_normal());
  const Priors doubled = priors.with_scores([](ScoreFunction score) -> ScoreFunction {
    return [score](const Tensor& x, const Tensor& t) { return 2 * score(x, t); };
  });
  const Tensor x = torch::ones({1, 2}), t = torch::ones({1});
  EXPECT_TRUE(torch::equal(doubled.at(0, Role::code).score(x, t), -2 * x));
  EXPECT_EQ(doubled.coordinates(), PriorCoordinates::released);
}

}  // namespace
}  // namespace sgilo
