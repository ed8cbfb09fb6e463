#include "sgilo/operators/gaussian_noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(GaussianNoise, AddsNoiseOfItsSigma) {
  const GaussianNoise noise({.sigma = 0.25});
  const Tensor y = torch::full({1, 3, 200, 200}, 0.5);
  const Tensor added = noise.sample(y, {RandomStreams(1)}) - y;
  const double n = 120000;
  EXPECT_NEAR(added.mean().item<double>(), 0, 4 * 0.25 / std::sqrt(n));
  EXPECT_NEAR(added.std().item<double>(), 0.25, 4 * 0.25 / std::sqrt(2 * n));
}

TEST(GaussianNoise, GivesEachRowTheNoiseItWouldHaveAlone) {
  const GaussianNoise noise({.sigma = 0.1});
  const std::vector<RandomStreams> rows{RandomStreams(3).child(0), RandomStreams(3).child(1)};
  const Tensor y = RandomStreams(2).normal({2, 7}).to(torch::kFloat64);
  const Tensor together = noise.sample(y, rows);
  EXPECT_EQ(together.scalar_type(), torch::kFloat64);
  EXPECT_TRUE(torch::equal(noise.sample(y.narrow(0, 1, 1), {rows[1]})[0], together[1]));
}

TEST(GaussianNoise, EnergyIsHalfTheSquaredResidualOverItsScale) {
  const GaussianNoise noise({.sigma = 0.5});
  const Tensor prediction = torch::tensor({{1.f, 2.f}, {0.f, 0.f}}).requires_grad_(true);
  const Tensor y = torch::tensor({{1.f, 0.f}, {3.f, 4.f}});
  const Tensor energy = noise.energy(prediction, y, {});
  EXPECT_TRUE(torch::allclose(energy, torch::tensor({8.f, 50.f})));
  EXPECT_TRUE(torch::allclose(noise.energy(prediction, y, {.model_error = std::sqrt(0.75)}),
                              torch::tensor({2.f, 12.5f})));
  EXPECT_TRUE(torch::allclose(noise.energy(prediction, y, {.temperature = 4}),
                              torch::tensor({2.f, 12.5f})));
  energy.sum().backward();
  EXPECT_TRUE(torch::allclose(prediction.grad(), 4 * (prediction.detach() - y)));
}

// Energies of draws average to half their number of values, which is the entropy of the law without
// its constant: the density that is sampled is the one that is stated.
TEST(GaussianNoise, ItsDrawsHaveTheEnergyOfItsDensity) {
  const GaussianNoise noise({.sigma = 0.3});
  const std::int64_t values = 40000;
  const Tensor clean = torch::linspace(-1, 1, values).unsqueeze(0);
  const Tensor y = noise.sample(clean, {RandomStreams(4)});
  const double error = std::sqrt(values / 2.0);  // standard deviation of half a chi-square
  EXPECT_NEAR(noise.energy(clean, y, {}).item<double>(), values / 2.0, 4 * error);
}

TEST(GaussianNoise, PerturbsByTheWholeWidthOfTheLikelihood) {
  const GaussianNoise noise({.sigma = 0.3});
  const Tensor y = torch::zeros({1, 100000});
  const Widening widening{.model_error = 0.4, .temperature = 4};
  EXPECT_DOUBLE_EQ(noise.scale(widening), 1);
  const double std = noise.perturb(y, {RandomStreams(2)}, widening).std().item<double>();
  EXPECT_NEAR(std, 1, 4 / std::sqrt(2.0 * 100000));
}

TEST(GaussianNoise, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_text<ConfigError>([] { GaussianNoise(GaussianNoiseOptions{0}); }),
            "noise.sigma must be in [1e-06, 1000], but is 0.0");
  EXPECT_EQ(error_text<ConfigError>([] {
              GaussianNoise({.sigma = 0.5}).sample(torch::zeros({2, 3}), {RandomStreams(1)});
            }),
            "measurements have shape [2, 3], but there are random streams for 1 rows");
}

}  // namespace
}  // namespace sgilo
