// Coupled chains in the quadratic model, where each number has a closed form.
#include "sgilo/theory/coupling.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

Tensor identity(const Tensor& x) { return x; }

Tensor start(std::uint64_t seed, std::int64_t chains = 150) {  // more than a group
  return RandomStreams(seed).normal({chains, 3}).to(torch::kFloat64);
}

// The diffusion's pair, from its stochastic integrals: e' = a e + (a - b) y + sqrt(2) int (1 -
// e^{-u}) dB with a = 1 - eta, b = e^{-eta}, and y of variance 1.
double distance_to_diffusion(double eta) {
  const double a = 1 - eta, b = std::exp(-eta);
  const double with_y = 2 * (1 - b - (1 - b * b) / 2);             // 2 int (1 - e^{-u}) e^{-u}
  const double alone = 2 * (eta - 2 * (1 - b) + (1 - b * b) / 2);  // 2 int (1 - e^{-u})^2
  const double ey = ((a - b) * b + with_y) / (1 - a * b);
  return std::sqrt(((a - b) * (a - b) + 2 * a * (a - b) * ey + alone) / (1 - a * a));
}

TEST(QuadraticCoupling, IsThatOfTheDiffusionForManySubsteps) {
  for (const double eta : {0.05, 0.2, 0.8, 1.5})
    EXPECT_NEAR(quadratic_coupling_distance(eta, 200000) / distance_to_diffusion(eta), 1, 1e-4);
  EXPECT_NEAR(quadratic_coupling_distance(1e-3, 1000) / 1e-3, std::sqrt(5.0 / 24), 1e-3);
  EXPECT_NEAR(quadratic_coupling_distance(0.3, 1), 0, 1e-7);
}

TEST(QuadraticCoupling, BiasIsThatOfTheVarianceThatAChainSettlesAt) {
  for (const double eta : {0.1, 0.8, 1.5}) {
    double variance = 1;  // v' = (1 - eta)^2 v + 2 eta
    for (int i = 0; i < 5000; ++i) variance = (1 - eta) * (1 - eta) * variance + 2 * eta;
    EXPECT_NEAR(quadratic_stationary_bias(eta), std::sqrt(variance) - 1, 1e-12);
  }
  EXPECT_NEAR(quadratic_stationary_bias(1e-5) / 1e-5, 0.25, 1e-5);
}

TEST(Coupling, OfEqualStepsContractsLikeTheGradientStep) {
  const Tensor x = start(1), y = start(2);
  const CouplingOptions options{
      .step_size = 0.3, .inverse_temperature = 5, .steps = 12, .substeps = 1};
  const Tensor distances = coupled_distances(identity, x, y, options, RandomStreams(3), 4);
  ASSERT_EQ(distances.sizes(), (Shape{4, 150}));
  const Tensor before = (x - y).norm(2, 1);
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(torch::allclose(distances[i], before * std::pow(0.7, 4 * i), 1e-10, 1e-12));
}

// y at K substeps, written out: the same numbers as one chain of the step eta / K, and x sees their
// sum.
TEST(Coupling, AddsTheFineChainsIncrementsForTheCoarseOne) {
  const Tensor x = start(4), y = start(5);
  const CouplingOptions options{
      .step_size = 0.4, .inverse_temperature = 2, .steps = 1, .substeps = 2};
  run_coupled_chains(
      identity, x, y, options, RandomStreams(6),
      [&](int step, std::int64_t first, const Tensor& coarse, const Tensor& fine) {
        if (step == 0) return true;
        // x' = .6 x + s (u_1 + u_2), y' = .64 y + s (.8 u_1 + u_2), s^2 = 2 * .2 / 2.
        const std::int64_t count = coarse.size(0);
        const Tensor sum = coarse - 0.6 * x.narrow(0, first, count);
        const Tensor weighted = fine - 0.64 * y.narrow(0, first, count);
        const Tensor first_noise = (sum - weighted) / 0.2 / std::sqrt(0.2);
        const Tensor second_noise = sum / std::sqrt(0.2) - first_noise;
        const auto entries = static_cast<double>(sum.numel());
        for (const Tensor& u : {first_noise, second_noise})
          EXPECT_NEAR(u.square().mean().item<double>(), 1, 6 * std::sqrt(2 / entries));
        EXPECT_NEAR((first_noise * second_noise).mean().item<double>(), 0, 6 / std::sqrt(entries));
        return true;
      });
}

TEST(Coupling, LeavesItsStartsAsTheyWereAndStopsWhenAsked) {
  const Tensor x = start(7, 5), y = start(8, 5), kept = x.clone();
  int last = -1;
  run_coupled_chains(identity, x, y, {.steps = 10}, RandomStreams(9),
                     [&](int step, std::int64_t, const Tensor&, const Tensor&) {
                       last = step;
                       return step < 3;
                     });
  EXPECT_EQ(last, 3);
  EXPECT_TRUE(torch::equal(x, kept));
}

TEST(Coupling, RefusesWhatIsNoPair) {
  const auto run = [](const Tensor& x, const Tensor& y, const CouplingOptions& options) {
    coupled_distances(identity, x, y, options, RandomStreams(1));
  };
  const Tensor x = torch::zeros({2, 3});
  EXPECT_EQ(error_text<ConfigError>([&] {
              run(x, torch::zeros({2, 4}), {});
            }),
            "the chains of a coupling must have one shape and one type");
  EXPECT_EQ(error_text<ConfigError>([&] { run(x, x, {.substeps = 0}); }),
            "step size, inverse temperature and substeps of a coupling must be positive, but are "
            "0.1, 2000 and 0");
  EXPECT_EQ(error_text<NumericError>([&] { run(x, x, {.step_size = 50, .steps = 200}); }),
            "a coupled chain left the finite numbers: a step size of 50 is too large here");
}

}  // namespace
}  // namespace sgilo
