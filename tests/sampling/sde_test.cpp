#include "sgilo/sampling/sde.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

std::vector<Sde> all_kinds() {
  std::vector<Sde> sdes;
  for (const SdeKind kind : {SdeKind::vp, SdeKind::subvp, SdeKind::ve})
    sdes.emplace_back(SdeOptions{.kind = kind});
  return sdes;
}

TEST(Sde, InvertsItsNoiseLevels) {
  for (const Sde& sde : all_kinds())
    for (const double t : {1e-4, 0.01, 0.3, 0.7}) {
      EXPECT_NEAR(sde.t_of_std(sde.std(t)), t, 1e-9) << sde.describe();
      EXPECT_NEAR(sde.t_of_noise_ratio(sde.noise_ratio(t)), t, 1e-9) << sde.describe();
      const Tensor tensor = torch::full({1}, sde.std(t), torch::kFloat64);
      EXPECT_NEAR(sde.t_of_std(tensor).item<double>(), t, 1e-9) << sde.describe();
    }
}

TEST(Sde, TakesTheNearerEndForLevelsItDoesNotReach) {
  const Sde vp, ve(SdeOptions{.kind = SdeKind::ve});
  EXPECT_EQ(vp.t_of_std(0.0), 0.0);
  EXPECT_NEAR(vp.t_of_std(2.0), 1.0, 1e-9);
  EXPECT_NEAR(ve.t_of_std(0.001), 0.0, 1e-12);
  EXPECT_NEAR(ve.t_of_std(60.0), 1.0, 1e-9);
}

TEST(Sde, GivesTensorsAndNumbersTheSameValues) {
  const Tensor t = torch::tensor({0.001, 0.2, 0.9}, torch::kFloat64);
  for (const Sde& sde : all_kinds())
    for (std::int64_t i = 0; i < 3; ++i) {
      const double at = t[i].item<double>();
      EXPECT_DOUBLE_EQ(sde.mean_scale(t)[i].item<double>(), sde.mean_scale(at));
      EXPECT_DOUBLE_EQ(sde.std(t)[i].item<double>(), sde.std(at));
      EXPECT_DOUBLE_EQ(sde.noise_ratio(t)[i].item<double>(), sde.noise_ratio(at));
      EXPECT_DOUBLE_EQ(sde.drift_rate(t)[i].item<double>(), sde.drift_rate(at));
      EXPECT_DOUBLE_EQ(sde.diffusion(t)[i].item<double>(), sde.diffusion(at));
    }
}

// d/dt log mean = f, d/dt std^2 = 2 f std^2 + g^2.
TEST(Sde, SatisfiesTheMomentEquations) {
  const double t = 0.37, h = 1e-5;
  for (const Sde& sde : all_kinds()) {
    const auto variance = [&](double at) { return sde.std(at) * sde.std(at); };
    EXPECT_NEAR((sde.log_mean_scale(t + h) - sde.log_mean_scale(t - h)) / (2 * h),
                sde.drift_rate(t), 1e-7);
    const double g = sde.diffusion(t);
    EXPECT_NEAR((variance(t + h) - variance(t - h)) / (2 * h),
                2 * sde.drift_rate(t) * variance(t) + g * g, 1e-6 * (1 + g * g))
        << sde.describe();
  }
}

TEST(Sde, ComposesTransitionsToTheMarginal) {
  for (const Sde& sde : all_kinds()) {
    const Transition a = sde.transition(0.1, 0.4), b = sde.transition(0.4, 0.8);
    const Transition whole = sde.transition(0.1, 0.8);
    EXPECT_NEAR(a.scale * b.scale, whole.scale, 1e-12);
    EXPECT_NEAR(b.scale * b.scale * a.variance + b.variance, whole.variance,
                1e-12 * (1 + whole.variance));
    EXPECT_NEAR(whole.std_ratio, sde.std(0.1) / sde.std(0.8), 1e-12);
  }
}

TEST(Sde, ApproachesTheExactTransitionWithManyDiscreteLevels) {
  for (Sde sde : all_kinds()) {
    SdeOptions options = sde.options();
    options.scales = 100000;
    sde = Sde(options);
    const Transition exact = sde.transition(0.5 - 1e-5, 0.5),
                     discrete = sde.discrete_transition(0.5);
    EXPECT_NEAR((1 - discrete.scale) * 1e5, (1 - exact.scale) * 1e5, 2e-3);
    EXPECT_NEAR(discrete.variance / exact.variance, 1, 1e-3) << sde.describe();
  }
}

TEST(Sde, KeepsTheSignalOfTheContinuousMeanInItsTables) {
  const Sde vp(SdeOptions{.scales = 100000});
  const Tensor kept = vp.alphas_cumprod();
  EXPECT_NEAR(kept[50000].item<double>(), std::pow(vp.mean_scale(0.5), 2), 1e-4);
  EXPECT_NEAR(vp.discrete_alpha(0.5), 1 - vp.discrete_betas()[49999].item<double>(), 1e-15);
  const Sde ve(SdeOptions{.kind = SdeKind::ve, .scales = 11});
  EXPECT_NEAR(ve.discrete_stds()[3].item<double>(), ve.std(0.3), 1e-12);
  EXPECT_EQ(ve.discrete_alpha(0.5), 1);
}

TEST(Sde, HasThePriorsDensity) {
  const Sde ve(SdeOptions{.kind = SdeKind::ve, .std_max = 2});
  const Tensor x = torch::tensor({1.0, -3.0}, torch::kFloat64).view({1, 2, 1});
  EXPECT_NEAR(ve.prior_log_density(x).item<double>(),
              -10.0 / 8 - std::log(2 * std::numbers::pi * 4), 1e-12);
}

TEST(Sde, RecoversTheCleanRowFromTheScoreOfAPoint) {
  const torch::Tensor x = torch::tensor({{0.3, -2.0}}, torch::kFloat64);
  const torch::Tensor noise = torch::tensor({{1.5, 0.2}}, torch::kFloat64);
  for (const Sde& sde : all_kinds()) {
    const Tensor x_t = sde.diffuse(x, 0.2, noise);
    EXPECT_TRUE(torch::allclose(sde.denoised(x_t, 0.2, -noise / sde.std(0.2)), x, 1e-9, 1e-9));
  }
}

TEST(Sde, RefusesRangesThatRunBackwards) {
  EXPECT_EQ(error_text<ConfigError>([] { Sde(SdeOptions{.beta_min = 2, .beta_max = 1}); }),
            "sde.beta_max must be at least sde.beta_min = 2, but is 1");
  EXPECT_EQ(error_text<ConfigError>([] { Sde(SdeOptions{.std_min = 3, .std_max = 3}); }),
            "sde.std_max must be above sde.std_min = 3, but is 3");
  EXPECT_EQ(error_text<ConfigError>([] { Sde(SdeOptions{.beta_min = -1}); }),
            "sde.beta_min must be positive, but is -1.0");
}

}  // namespace
}  // namespace sgilo
