// The synchronous coupling and the chain's bias in the quadratic model against their closed forms.
#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/theory/coupling.h"
#include "sgilo/theory/wasserstein.h"

namespace sgilo {
namespace {

Tensor identity(const Tensor& x) { return x; }

// 4000 pairs of 5 coordinates, four standard errors: false alarms below 1e-4.
TEST(Coupling, KeepsTheDistanceOfTheQuadraticModel) {
  const std::int64_t pairs = 4000, n = 5;
  const double beta = 50;
  for (const int substeps : {2, 8})
    for (const double eta : {0.1, 0.6}) {
      const Tensor start =
          RandomStreams(1).normal({pairs, n}).to(torch::kFloat64) / std::sqrt(beta);
      const CouplingOptions options{.step_size = eta,
                                    .inverse_temperature = beta,
                                    .steps = static_cast<int>(10 / eta),
                                    .substeps = substeps};
      const Tensor squares =
          coupled_distances(identity, start, start, options, RandomStreams(2), options.steps)[1]
              .square();
      const double expected =
          std::pow(quadratic_coupling_distance(eta, substeps), 2) * static_cast<double>(n) / beta;
      EXPECT_NEAR(squares.mean().item<double>(), expected,
                  4 * squares.std().item<double>() / std::sqrt(static_cast<double>(pairs)))
          << substeps << " " << eta;
    }
}

// A chain's coordinates are independent here: each is a draw of a normal law, whose quantile
// function is that of mu times a factor.
TEST(Coupling, AChainsBiasIsThatOfTheQuadraticModel) {
  const std::int64_t chains = 20000, n = 5;
  const double eta = 0.8, beta = 50;
  const Tensor end =
      run_chains(identity, torch::zeros({chains, n}),
                 {.step_size = eta, .inverse_temperature = beta, .steps = 40}, RandomStreams(3));
  const Tensor exact = RandomStreams(4).normal({chains * n}) / std::sqrt(beta);
  const double bias = quadratic_stationary_bias(eta) / std::sqrt(beta);
  // std / sqrt(2 N) of each sample's scale, four times, and what samples of one law differ by.
  const double error = 4 / std::sqrt(beta * static_cast<double>(chains * n)) + 0.02 * bias;
  EXPECT_NEAR(wasserstein2(end.flatten(), exact), bias, error);
}

}  // namespace
}  // namespace sgilo
