#include "sgilo/operators/noise_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(NoiseModel, AddsNoiseOfItsSigma) {
  const NoiseModel noise(GaussianNoiseOptions{0.25});
  const Tensor y = torch::full({1, 3, 200, 200}, 0.5);
  const Tensor added = noise.add(y, RandomStreams(1)) - y;
  const double n = 120000;
  EXPECT_NEAR(added.mean().item<double>(), 0, 4 * 0.25 / std::sqrt(n));
  EXPECT_NEAR(added.std().item<double>(), 0.25, 4 * 0.25 / std::sqrt(2 * n));
}

TEST(NoiseModel, GivesEachRowTheNoiseItWouldHaveAlone) {
  const NoiseModel noise(GaussianNoiseOptions{0.1});
  const RandomStreams streams(3);
  const std::vector<RandomStreams> rows{streams.child(0), streams.child(1)};
  const Tensor y = RandomStreams(2).normal({2, 7}).to(torch::kFloat64);
  const Tensor together = noise.add_rows(y, rows);
  EXPECT_EQ(together.scalar_type(), torch::kFloat64);
  EXPECT_TRUE(torch::equal(noise.add(y, streams), together));
  EXPECT_TRUE(torch::equal(noise.add_rows(y.narrow(0, 1, 1), {rows[1]})[0], together[1]));
}

TEST(NoiseModel, EnergyIsHalfTheSquaredResidualOverTheVariance) {
  const NoiseModel noise(GaussianNoiseOptions{0.5});
  const Tensor prediction = torch::tensor({{1.f, 2.f}, {0.f, 0.f}}).requires_grad_(true);
  const Tensor y = torch::tensor({{1.f, 0.f}, {3.f, 4.f}});
  const Tensor energy = noise.negative_log_likelihood(prediction, y);
  EXPECT_TRUE(torch::allclose(energy, torch::tensor({8.f, 50.f})));
  EXPECT_TRUE(torch::allclose(noise.negative_log_likelihood(prediction, y, 0.75),
                              torch::tensor({2.f, 12.5f})));
  energy.sum().backward();
  EXPECT_TRUE(torch::allclose(prediction.grad(), 4 * (prediction.detach() - y)));
}

TEST(NoiseModel, ReadsItsTextAndDescribesItself) {
  const NoiseModel noise(read_noise(parse_noise("gaussian:sigma=0.02")));
  EXPECT_EQ(noise.sigma(), 0.02);
  EXPECT_EQ(noise.options().dump(), R"({"kind":"gaussian","sigma":0.02})");
  EXPECT_EQ(noise.describe(), "gaussian (sigma = 0.02)");
}

TEST(NoiseModel, RefusesASigmaThatIsNoWidth) {
  const auto error = [](std::string_view text) {
    return error_text<ConfigError>([&] { read_noise(parse_noise(text)); });
  };
  EXPECT_EQ(error("gaussian:sigma=0"), "noise.sigma must be in [1e-06, 1000], but is 0.0");
  EXPECT_EQ(error("gaussian:sigma=-0.1"), "noise.sigma must be in [1e-06, 1000], but is -0.1");
  EXPECT_EQ(error("gaussian:sigma=9e-7"), "noise.sigma must be in [1e-06, 1000], but is 9e-07");
  EXPECT_EQ(error("gaussian:sigma=1001"), "noise.sigma must be in [1e-06, 1000], but is 1001.0");
  EXPECT_EQ(error("gaussian:sigma=1e300"), "noise.sigma must be in [1e-06, 1000], but is 1e+300");
  EXPECT_EQ(error("gaussian:sigma=1e-6"), "");
  EXPECT_EQ(error("gaussian:sigma=1000"), "");
  EXPECT_EQ(error("gaussian:sigma=nan"), "noise.sigma must be a number, but is \"nan\"");
  EXPECT_EQ(error("gausian:sigma=1"),
            "unknown noise 'gausian', did you mean 'gaussian'? known noises: gaussian");
  EXPECT_EQ(error_text<ConfigError>([] { NoiseModel(GaussianNoiseOptions{0}); }),
            "noise.sigma must be in [1e-06, 1000], but is 0.0");
}

TEST(NoiseModel, RefusesShapesAndVariancesThatDoNotFit) {
  const NoiseModel noise(GaussianNoiseOptions{0.5});
  const Tensor y = torch::zeros({2, 3});
  EXPECT_EQ(error_text<ConfigError>([&] {
              noise.negative_log_likelihood(torch::zeros({2, 4}), y);
            }),
            "the prediction must have shape [2, 3], but has [2, 4]");
  EXPECT_EQ(error_text<ConfigError>([&] { noise.negative_log_likelihood(y, y, -1); }),
            "the extra variance must be at least 0, but is -1");
  EXPECT_EQ(error_text<ConfigError>([&] { noise.add_rows(y, {RandomStreams(1)}); }),
            "measurements have shape [2, 3], but there are random streams for 1 rows");
}

}  // namespace
}  // namespace sgilo
