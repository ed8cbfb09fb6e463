#include "sgilo/generator/style_prior.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

const std::int64_t kRows = 4, kWidth = 3;

StylePrior prior() {
  const Tensor basis = std::get<0>(torch::linalg_qr(RandomStreams(4).normal({kWidth, kWidth})));
  return {kRows, basis, torch::tensor({0.2, 0.5, 1.1}, torch::kFloat32)};
}

// The covariance of all rows flattened, written down directly: I on every pair of rows plus V
// diag(tau^2) V^T on the diagonal.
Tensor dense_covariance(const StylePrior& p) {
  const Tensor basis = p.state().at("basis").to(torch::kFloat64);
  const Tensor deviations = p.state().at("deviations").to(torch::kFloat64);
  const Tensor within = basis.matmul(torch::diag(deviations.square())).matmul(basis.t());
  return torch::kron(torch::ones({kRows, kRows}, torch::kFloat64),
                     torch::eye(kWidth, torch::kFloat64)) +
         torch::kron(torch::eye(kRows, torch::kFloat64), within);
}

TEST(StylePrior, ScoreIsThatOfTheDenseGaussian) {
  const StylePrior p = prior();
  const Tensor x = RandomStreams(8).normal({5, kRows, kWidth}).to(torch::kFloat64);
  const double m = 0.8, s = 0.6;
  const Tensor smoothed =
      m * m * dense_covariance(p) + s * s * torch::eye(kRows * kWidth, torch::kFloat64);
  const Tensor expected = -torch::matmul(x.flatten(1), torch::linalg_inv(smoothed));
  const Tensor score =
      p.score(x, torch::full({5}, m, torch::kFloat64), torch::full({5}, s, torch::kFloat64));
  EXPECT_TRUE(torch::allclose(score.flatten(1), expected, 1e-5, 1e-5));
}

// z_l = a + V (tau * eps_l): draws of the prior by its definition, [count, rows, width].
Tensor draws(const StylePrior& p, std::int64_t count) {
  const RandomStreams streams(6);
  const Tensor shared = streams.child("shared").normal({count, 1, kWidth});
  const Tensor own =
      streams.child("own").normal({count, kRows, kWidth}) * p.state().at("deviations");
  return shared + torch::matmul(own, p.state().at("basis").t());
}

TEST(StylePrior, FitsTheDeviationsOfItsDraws) {
  const StylePrior p = prior();
  const Tensor x = draws(p, 4000);
  const StylePrior fitted = StylePrior::fitted(x);
  // 12000 degrees of freedom: a deviation's relative error is about 1/sqrt(24000) = 0.6 %.
  EXPECT_TRUE(torch::allclose(std::get<0>(fitted.state().at("deviations").sort()),
                              p.state().at("deviations"), 0.04));
  const Tensor covariance =
      x.flatten(1).to(torch::kFloat64).t().matmul(x.flatten(1).to(torch::kFloat64)) / 4000;
  EXPECT_LT((covariance - dense_covariance(p)).abs().max().item<double>(),
            5 * 2.3 * 1.42 / std::sqrt(4000.0));
}

}  // namespace
}  // namespace sgilo
