#include "support/exact_scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

const torch::TensorOptions f64(torch::kFloat64);

// The gradient of `log_density(x)` [N] by automatic differentiation.
Tensor gradient(const std::function<Tensor(const Tensor&)>& log_density, const Tensor& at) {
  const Tensor x = at.clone().requires_grad_();
  return torch::autograd::grad({log_density(x).sum()}, {x})[0];
}

TEST(GaussianScore, IsTheGradientOfTheSmoothedLogDensity) {
  for (const SdeKind kind : {SdeKind::vp, SdeKind::subvp, SdeKind::ve}) {
    const Sde sde(SdeOptions{.kind = kind});
    const Tensor x = RandomStreams(1).normal({5, 3}).to(f64);
    const Tensor t = torch::linspace(0.05, 0.8, 5, f64);
    const Tensor a = sde.mean_scale(t).unsqueeze(1), std = sde.std(t).unsqueeze(1);
    const Tensor mean = torch::tensor({0.5, -1.0, 2.0}, f64);
    const Tensor variance = torch::tensor({0.1, 1.0, 3.0}, f64);
    const auto diagonal = [&](const Tensor& at) {
      return -((at - a * mean).square() / (a.square() * variance + std.square())).sum(1) / 2;
    };
    EXPECT_TRUE(torch::allclose(gaussian_score(sde, mean, variance)(x, t), gradient(diagonal, x)));

    const Tensor root = RandomStreams(2).normal({3, 3}).to(f64);
    const Tensor covariance = root.matmul(root.t());
    const auto full = [&](const Tensor& at) {
      const Tensor smoothed = covariance.unsqueeze(0) * a.square().unsqueeze(2) +
                              torch::eye(3, f64).unsqueeze(0) * std.square().unsqueeze(2);
      const Tensor offset = (at - a * mean).unsqueeze(2);
      return -(offset * smoothed.inverse().matmul(offset)).sum({1, 2}) / 2;
    };
    EXPECT_TRUE(
        torch::allclose(full_gaussian_score(sde, mean, covariance)(x, t), gradient(full, x)));

    const Tensor weights = torch::tensor({0.3, 0.7}, f64),
                 variances = torch::tensor({0.2, 0.5}, f64);
    const Tensor means = torch::tensor({{1.0, 0.0, 0.0}, {-1.0, 0.5, 0.0}}, f64);
    const auto mixture = [&](const Tensor& at) {
      const Tensor spread = a.square() * variances + std.square();  // [N, K]
      const Tensor offset = at.unsqueeze(1) - a.unsqueeze(2) * means;
      return torch::logsumexp(weights.log() - offset.square().sum(2) / (2 * spread) -
                                  1.5 * (2 * std::numbers::pi * spread).log(),
                              1);
    };
    EXPECT_TRUE(
        torch::allclose(mixture_score(sde, weights, means, variances)(x, t), gradient(mixture, x)));
  }
}

}  // namespace
}  // namespace sgilo
