#include "sgilo/operators/likelihood.h"

#include <gtest/gtest.h>

#include "sgilo/operators/make_noise.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

Likelihood gaussian(double sigma, double model_error = 0) {
  return Likelihood(make_noise(GaussianNoiseOptions{.sigma = sigma}), model_error);
}

// Laplace noise: |y - A(x)| / b, which has no draw of its own to perturb by.
class LaplaceNoise : public NoiseModel {
 public:
  Json options() const override { return {{"kind", "laplace"}, {"b", 0.5}}; }
  Tensor energy(const Tensor& prediction, const Tensor& measured,
                const Widening& widening) const override {
    return (prediction - measured).abs().flatten(1).sum(1) / (0.5 * widening.temperature);
  }

 protected:
  Tensor draw(const Tensor& clean, const std::vector<RandomStreams>&) const override {
    return clean;
  }
};

TEST(Likelihood, IsAsWideAsNoiseAndModelErrorTogether) {
  const Tensor prediction = torch::tensor({{3.f, 4.f}}), y = torch::zeros({1, 2});
  EXPECT_FLOAT_EQ(gaussian(0.5).energy(prediction, y).item<float>(), 50);
  EXPECT_FLOAT_EQ(gaussian(0.3, 0.4).energy(prediction, y).item<float>(), 50);
  EXPECT_DOUBLE_EQ(gaussian(0.3, 0.4).scale(), 0.25);
  EXPECT_FLOAT_EQ(half_squared_residual(prediction, y).item<float>(), 12.5);
}

TEST(Likelihood, TemperedIsItsPower) {
  const Tensor prediction = torch::tensor({{3.f, 4.f}}), y = torch::zeros({1, 2});
  const Likelihood laplace(std::make_shared<LaplaceNoise>());
  for (const Likelihood& likelihood : {gaussian(0.3, 0.4), laplace}) {
    const Likelihood tempered = likelihood.tempered(4).tempered(2);
    EXPECT_FLOAT_EQ(tempered.energy(prediction, y).item<float>(),
                    likelihood.energy(prediction, y).item<float>() / 8);
    EXPECT_DOUBLE_EQ(tempered.scale(), 8 * likelihood.scale());
  }
}

TEST(Likelihood, SaysWhatItIsMadeOf) {
  EXPECT_EQ(gaussian(0.01).describe(), "gaussian (sigma = 0.01)");
  EXPECT_EQ(gaussian(0.01, 0.05).describe(), "gaussian (sigma = 0.01), model error 0.05");
  EXPECT_TRUE(gaussian(0.01).is_gaussian());
  EXPECT_FALSE(Likelihood(std::make_shared<LaplaceNoise>()).is_gaussian());
}

TEST(Likelihood, RefusesInOneSentence) {
  const Tensor y = torch::zeros({2, 3});
  EXPECT_EQ(error_text<ConfigError>([&] {
              gaussian(0.1).energy(torch::zeros({2, 4}), y);
            }),
            "the prediction must have shape [2, 3], but has [2, 4]");
  EXPECT_EQ(error_text<ConfigError>([&] { gaussian(0.1, -1); }),
            "the model error must be at least 0, but is -1");
  const Likelihood laplace(std::make_shared<LaplaceNoise>());
  EXPECT_FALSE(laplace.has_perturb());
  EXPECT_EQ(error_text<ConfigError>([&] { laplace.perturb(y, {}); }),
            "noise laplace (b = 0.5) has no draw of its own that a measurement could be perturbed "
            "by");
}

}  // namespace
}  // namespace sgilo
