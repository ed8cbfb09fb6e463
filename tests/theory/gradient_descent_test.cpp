#include "sgilo/theory/gradient_descent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/theory/population_landscape.h"
#include "sgilo/theory/starts.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// H = |x - c|^2 / 2 with c = (2, 0): gradient descent contracts to c by 1 - eta.
const double kCentre = 2;
Tensor pull(const Tensor& x) { return x - kCentre * true_latent(x.size(1), x.scalar_type()); }
Tensor loss(const Tensor& x) { return pull(x).square().sum(1) / 2; }

TEST(GradientDescent, ContractsAQuadraticLossByOneMinusEta) {
  const Tensor start = torch::tensor({{0.0, 1.0}, {5.0, -3.0}}, torch::kFloat64);
  const Tensor end = gradient_descent(pull, start, 0.5, 4);
  EXPECT_TRUE(torch::allclose(pull(end), pull(start) / 16));
}

TEST(GradientDescent, FlipsOnlyTheRowsThatAreLowerOnTheOtherSide) {
  const Tensor start = torch::tensor({{-1.0, 1.0}, {1.0, 1.0}}, torch::kFloat64);
  const Tensor end = gradient_descent_with_sign_flips(loss, pull, start, 0.5, 1);
  const Tensor nearer = torch::tensor({{1.0, -1.0}, {1.0, 1.0}}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(pull(end), pull(nearer) / 2));
}

TEST(GradientDescent, TestsTheFlipAtEveryStep) {
  // A wrong way that takes x to the other side after each step.
  const auto backwards = [](const Tensor& x) { return 4 * x; };
  const Tensor end = gradient_descent_with_sign_flips(
      loss, backwards, torch::tensor({{1.0, 0.0}}, torch::kFloat64), 0.5, 3);
  EXPECT_TRUE(torch::allclose(end, torch::tensor({{-1.0, 0.0}}, torch::kFloat64)));
}

TEST(GradientDescent, WithSignFlipsContractsFromBehindTheSaddle) {
  const PopulationLandscape landscape(3);
  const Tensor start = on_the_axis(-landscape.saddle_radius(), 1, 10, torch::kFloat64);
  const auto field = [&](const Tensor& x) { return landscape.gradient(x); };
  const Tensor target = true_latent(10, torch::kFloat64);
  const Tensor end = gradient_descent_with_sign_flips(
      [&](const Tensor& x) { return landscape.loss(x); }, field, start, 0.5, 10);
  EXPECT_NEAR((end - target).norm().item<double>(),
              (1 - landscape.saddle_radius()) * std::pow(0.5, 10), 1e-12);
  // Without flips it stays on the axis, on the saddle.
  const Tensor stuck = gradient_descent(field, start, 0.5, 1000);
  EXPECT_NEAR((stuck - start).norm().item<double>(), 0, 1e-12);
}

TEST(GradientDescent, RefusesAStepSizeThatIsNotPositive) {
  EXPECT_EQ(error_text<ConfigError>([] {
              gradient_descent(pull, torch::ones({1, 2}), -1, 1);
            }),
            "step size and inverse temperature must be positive, but are -1 and inf");
}

}  // namespace
}  // namespace sgilo
