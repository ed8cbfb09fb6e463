#include "sgilo/theory/mala.h"
#include "support/expect_sampler_matches.h"

namespace sgilo {
namespace {

constexpr double kBeta = 2, kStepSize = 0.35;

// H(a, b) = (a^2 + b^2) / 2 + 0.8 cos(2 a + b) + 0.3 sin(3 b): several wells, lopsided.
std::pair<Tensor, Tensor> waves(const Tensor& x) {
  const Tensor a = x.select(1, 0), b = x.select(1, 1), phase = 2 * a + b;
  return {(a.square() + b.square()) / 2 + 0.8 * phase.cos() + 0.3 * (3 * b).sin(),
          torch::stack({a - 1.6 * phase.sin(), b - 0.8 * phase.sin() + 0.9 * (3 * b).cos()}, 1)};
}

// Mean and covariance of exp(-beta H) by quadrature.
std::pair<Tensor, Tensor> moments() {
  const Tensor axis = torch::arange(-6, 6, 0.01, torch::kFloat64);
  const std::vector<Tensor> grid = torch::meshgrid({axis, axis}, "ij");
  const Tensor x = torch::stack({grid[0].flatten(), grid[1].flatten()}, 1);
  const Tensor weight = torch::softmax(-kBeta * waves(x).first, 0).unsqueeze(1);
  const Tensor mean = (weight * x).sum(0), centred = x - mean;
  return {mean, centred.t().mm(weight * centred)};
}

TEST(Mala, DrawsTheLawItselfAtALargeStep) {
  const auto [mean, covariance] = moments();
  const Tensor start = RandomStreams(1).normal({6000, 2}).to(torch::kFloat64);
  const MalaResult result = run_mala(waves, start, {kStepSize, kBeta, 150}, RandomStreams(2));
  EXPECT_GT(result.acceptance, 0.4);
  EXPECT_LT(result.acceptance, 0.95);
  expect_draws_match(result.end, mean, covariance);
}

// So that the test above would see it if proposals were taken unadjusted.
TEST(Mala, RemovesABiasThatThePlainChainHas) {
  const auto [mean, covariance] = moments();
  const Tensor start = RandomStreams(1).normal({6000, 2}).to(torch::kFloat64);
  const Tensor end = run_chains([](const Tensor& x) { return waves(x).second; }, start,
                                {kStepSize, kBeta, 150}, RandomStreams(2));
  const Tensor centred = end - mean;
  EXPECT_GT((centred.t().mm(centred) / 6000 - covariance).abs().max().item<double>(), 0.1);
}

}  // namespace
}  // namespace sgilo
