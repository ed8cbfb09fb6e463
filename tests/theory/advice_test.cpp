#include "sgilo/theory/advice.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

AdviceOptions asked(double noise_std, double accuracy) {
  AdviceOptions options;
  options.noise_std = noise_std;
  options.accuracy = accuracy;
  return options;
}

TEST(Advice, TurnsNoiseIntoAnInverseTemperature) {
  const Advice advice = advise(asked(0.02, 0.1));
  EXPECT_NEAR(advice.inverse_temperature, 2500, 1e-9);
  EXPECT_NEAR(advice.concentration, 125, 1e-12);
  EXPECT_NEAR(advice.spread, 1 / std::sqrt(125.0), 1e-12);
}

TEST(Advice, SpendsHalfOfTheAccuracyOnTheBias) {
  const Advice advice = advise(asked(0.02, 0.01));
  EXPECT_NEAR(advice.bias, 0.005, 1e-12);
  EXPECT_NEAR(advice.step_size, 4 * 0.005 * std::sqrt(125.0), 0.1 * advice.step_size);
  // The law of curvature 1 in closed form (stationary covariance of an autoregression).
  const double beta = advice.inverse_temperature, eta = advice.step_size;
  const double chain = eta * 2 / beta / (1 - (1 - eta) * (1 - eta));
  EXPECT_NEAR(std::sqrt(20.0) * (std::sqrt(chain) - std::sqrt(1 / beta)), 0.005, 1e-12);
}

TEST(Advice, StaysHalfwayBelowTheStableStep) {
  AdviceOptions options = asked(0.02, 0.9);
  EXPECT_DOUBLE_EQ(advise(options).step_size, 1);
  options.measurements = 80;  // (1 + 1 / 2)^2
  EXPECT_DOUBLE_EQ(advise(options).step_size, 1 / 2.25);
  EXPECT_LE(advise(options).bias, 0.45);
}

TEST(Advice, DoesNotDependOnTheUnitOfTheLatent) {
  AdviceOptions options = asked(0.02, 0.05);
  const Advice one = advise(options);
  options.latent_norm = 3;
  options.noise_std *= 3;
  const Advice three = advise(options);
  EXPECT_NEAR(three.concentration, one.concentration, 1e-9);
  EXPECT_NEAR(three.step_size, one.step_size, 1e-12);
  EXPECT_NEAR(three.bias, 3 * one.bias, 1e-12);
  EXPECT_EQ(three.steps, one.steps);
}

TEST(Advice, TakesTheTimeThatChainsWereSeenToTake) {
  AdviceOptions options;
  options.inverse_temperature = 2000;  // C = 100
  const std::vector<double> seen{6.8, 13.2, 20.1};
  for (int depth = 2; depth <= 4; ++depth) {
    options.depth = depth;
    EXPECT_NEAR(advise(options).hitting_time, seen[static_cast<std::size_t>(depth - 2)],
                0.05 * seen[static_cast<std::size_t>(depth - 2)]);
  }
  const Advice advice = advise(options);
  EXPECT_EQ(advice.steps, static_cast<std::int64_t>(std::ceil(
                              (advice.hitting_time + std::log(20.0)) / advice.step_size)));
}

TEST(Advice, ChoosesAPosteriorAsNarrowAsTheAccuracyWithoutNoise) {
  EXPECT_NEAR(advise(asked(0, 0.02)).concentration, 2500, 1e-9);
  EXPECT_NEAR(advise(asked(0, 0.5)).concentration, 100, 1e-12);
}

TEST(Advice, RefusesWhatItCannotAnswer) {
  AdviceOptions options = asked(0.02, 0.1);
  options.inverse_temperature = 3;
  EXPECT_EQ(error_text<ConfigError>([&] { advise(options); }),
            "noise_std and inverse_temperature say the same: only one of them may be given");
  options.inverse_temperature = 0;
  options.measurements = 20;
  EXPECT_EQ(error_text<ConfigError>([&] { advise(options); }),
            "measurements must be more than the latent's dimension 20, but are 20");
  options.measurements = 0;
  options.depth = 1;
  EXPECT_EQ(error_text<ConfigError>([&] { advise(options); }),
            "depth must be from 2 to 100, but is 1");
  options.depth = 2;
  options.noise_std = 1e-9;
  EXPECT_EQ(error_text<ConfigError>([&] { advise(options); }),
            "Langevin dynamics takes a time eta k of more than 10000 from the saddle to x* at C = "
            "beta |x*|^2 / n = 5e+16 and depth 2: raise the noise");
  options.noise_std = 1e9;
  EXPECT_EQ(
      error_text<ConfigError>([&] { advise(options); }),
      "C = beta |x*|^2 / n must be at least 0.001, but is 5e-20: the measurements say nothing "
      "about x*");
}

}  // namespace
}  // namespace sgilo
