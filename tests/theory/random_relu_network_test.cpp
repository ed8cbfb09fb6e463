#include "sgilo/theory/random_relu_network.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/expect_gradient.h"

namespace sgilo {
namespace {

RandomReluNetwork small(std::int64_t measurements = 7, double latent_norm = 1) {
  return {{4, 9, 15}, measurements, RandomStreams(3), latent_norm, torch::kFloat64};
}

Tensor some_latents(std::int64_t count, std::int64_t dimension = 4) {
  return RandomStreams(5).normal({count, dimension}).to(torch::kFloat64);
}

TEST(RandomReluNetwork, GradientIsThatOfFiniteDifferencesAndOfAutograd) {
  for (const RandomReluNetwork& network :
       {small(), small(0), small(7, 3),
        RandomReluNetwork({4, 9, 15, 20}, 11, RandomStreams(4), 1, torch::kFloat64)})
    for (const Tensor& z : some_latents(5).split(1)) {
      const Tensor gradient = network.gradient(z);
      expect_gradient([&](const Tensor& at) { return network.loss(at).sum(); }, z, gradient, 1e-7);
      const Tensor leaf = z.clone().requires_grad_(true);
      EXPECT_TRUE(torch::allclose(torch::autograd::grad({network.loss(leaf)}, {leaf})[0], gradient,
                                  1e-10, 1e-14));
      const auto [loss, same] = network.loss_and_gradient(z);
      EXPECT_TRUE(torch::allclose(loss, network.loss(z)));
      EXPECT_TRUE(torch::equal(same, gradient));
    }
}

TEST(RandomReluNetwork, LossAndGradientVanishAtTheTruth) {
  const RandomReluNetwork network = small(7, 3);
  const Tensor truth = network.latent().unsqueeze(0);
  EXPECT_EQ(truth.norm().item<double>(), 3);
  EXPECT_EQ(network.loss(truth).item<double>(), 0);
  EXPECT_EQ(network.gradient(truth).abs().max().item<double>(), 0);
}

TEST(RandomReluNetwork, IsPositivelyHomogeneous) {
  const RandomReluNetwork network = small();
  const Tensor z = some_latents(6);
  EXPECT_TRUE(torch::allclose(network.apply(2.5 * z), 2.5 * network.apply(z)));
  EXPECT_TRUE(
      torch::allclose(network.measure(2.5 * z), 2.5 * network.apply(z).mm(network.matrix().t())));
}

TEST(RandomReluNetwork, OneLayerKeepsNormsAndMapsAngles) {
  constexpr std::int64_t kUnits = 40000;
  const RandomReluNetwork network({3, kUnits, 1}, 0, RandomStreams(8), 1, torch::kFloat64);
  for (const double angle : {0.0, 0.7, 2.0, 3.0}) {
    const Tensor x = torch::tensor({2.0, 0.0, 0.0}, torch::kFloat64);
    const Tensor y =
        torch::tensor({3 * std::cos(angle), 3 * std::sin(angle), 0.0}, torch::kFloat64);
    const Tensor& weights = network.weights()[0];
    const Tensor products = weights.mv(x).relu() * weights.mv(y).relu();
    const double pi = std::numbers::pi;
    const double expected = 6 * ((pi - angle) * std::cos(angle) + std::sin(angle)) / pi;
    const double error = products.std().item<double>() * std::sqrt(static_cast<double>(kUnits));
    EXPECT_NEAR(products.sum().item<double>(), expected, 5 * error) << angle;
  }
}

TEST(RandomReluNetwork, WeightsAndMatrixHaveTheirVariances) {
  const RandomReluNetwork network({20, 100, 200}, 50, RandomStreams(8));
  const auto expect_variance = [](const Tensor& x, double variance) {
    const double error = variance * std::sqrt(2.0 / static_cast<double>(x.numel()));
    EXPECT_NEAR(x.square().mean().item<double>(), variance, 5 * error);
  };
  expect_variance(network.weights()[0], 2.0 / 100);
  expect_variance(network.weights()[1], 2.0 / 200);
  expect_variance(network.matrix(), 1.0 / 50);
}

TEST(RandomReluNetwork, CurvaturesAreThoseOfTheGradientAtTheTruth) {
  for (const std::int64_t measurements : {0, 7}) {
    const RandomReluNetwork network = small(measurements);
    const Tensor truth = network.latent().unsqueeze(0);
    constexpr double kStep = 1e-6;
    const Tensor steps = kStep * torch::eye(4, torch::kFloat64);
    const Tensor hessian =
        (network.gradient(truth + steps) - network.gradient(truth - steps)) / (2 * kStep);
    EXPECT_TRUE(torch::allclose(torch::linalg_eigvalsh((hessian + hessian.t()) / 2),
                                network.hessian_eigenvalues(), 1e-6, 1e-8));
    EXPECT_TRUE(torch::allclose(network.jacobian().mv(network.latent()),
                                network.measure(truth).squeeze(0)));
  }
}

TEST(RandomReluNetwork, BothTypesAreOneNetwork) {
  const RandomReluNetwork single({4, 9, 15}, 7, RandomStreams(3));
  const Tensor z = some_latents(6);
  EXPECT_TRUE(torch::allclose(single.measure(z.to(torch::kFloat32)).to(torch::kFloat64),
                              small().measure(z), 1e-5, 1e-6));
}

TEST(RandomReluNetwork, TellsItsSize) {
  EXPECT_EQ(small().describe(), "[4, 9, 15], m = 7");
  EXPECT_EQ(small(0).describe(), "[4, 9, 15], A = I");
  EXPECT_EQ(small(0).measurements(), 15);
  EXPECT_DOUBLE_EQ(small().inverse_size(), 1.0 / 9 + 1.0 / 15 + 1.0 / 7);
  EXPECT_DOUBLE_EQ(small(0).inverse_size(), 1.0 / 9 + 1.0 / 15);
  EXPECT_TRUE(expansive({4, 9, 15}));
  EXPECT_FALSE(expansive({4, 9, 9}));
  EXPECT_FALSE(expansive({4, 3, 15}));
}

TEST(RandomReluNetwork, RefusesSizesThatAreNoNetwork) {
  const auto refusal = [](Shape widths, std::int64_t measurements = 5, double norm = 1,
                          torch::ScalarType type = torch::kFloat32) {
    return error_text<ConfigError>(
        [&] { RandomReluNetwork(widths, measurements, RandomStreams(1), norm, type); });
  };
  EXPECT_EQ(refusal({4, 9}),
            "widths of a random network must be of the latent and at least two layers, but are "
            "[4, 9]: with one layer the landscape has no saddle behind z*");
  EXPECT_EQ(refusal({4, 0, 9}), "widths of a random network must be positive, but are [4, 0, 9]");
  EXPECT_EQ(refusal({4, 9, 15}, -1),
            "measurements must be positive, or 0 for the whole image, but are -1");
  EXPECT_EQ(refusal({4, 9, 15}, 5, 0), "the norm of the latent must be positive, but is 0");
  EXPECT_EQ(refusal({4, 9, 15}, 5, 1, torch::kInt64),
            "numbers of a random network must be float32 or float64, but are Long");
}

}  // namespace
}  // namespace sgilo
