#include "support/released_likelihood.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/sampling/gaussian_score.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

Tensor f64(std::vector<double> values) { return torch::tensor(values, torch::kFloat64); }

// Halving the step of Euler's method halves its error.
TEST(ReleasedLikelihood, TendsToTheDensityAsItsStepsShrink) {
  const Sde sde;
  const ScoreFunction score = gaussian_score(sde, f64({0.3, -0.2}), f64({0.35}));
  const Tensor x = f64({0.5, -0.6}).view({1, 2}), probe = torch::ones_like(x);
  const FlowDensityOptions options{
      .divergence = Divergence::exact,
      .first_t = 1e-5,
      .ode = {.relative_tolerance = 1e-8, .absolute_tolerance = 1e-8, .max_evaluations = 100000}};
  Observer silent;
  const double exact =
      flow_density(score, sde, x, options, {RandomStreams(5)}, silent).log_density.item<double>();
  const auto error = [&](int evaluations) {
    return released_likelihood(score, sde, x, probe, evaluations).log_density.item<double>() -
           exact;
  };
  EXPECT_NEAR(error(401) / error(801), 2, 0.1);
  EXPECT_LT(std::abs(error(801)), 0.02);
}

TEST(ReleasedLikelihood, NeedsTwoEvaluations) {
  const Tensor x = torch::zeros({1, 2});
  const ScoreFunction score = gaussian_score(Sde(), torch::zeros({2}), torch::ones({2}));
  EXPECT_EQ(error_text<ConfigError>([&] { released_likelihood(score, Sde(), x, x, 1); }),
            "a likelihood by Euler steps needs at least 2 evaluations, but has 1");
}

}  // namespace
}  // namespace sgilo
