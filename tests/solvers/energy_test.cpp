#include "sgilo/solvers/energy.h"

#include <gtest/gtest.h>

#include "sgilo/solvers/chains.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

TEST(DataTerm, AgreesWithTheClosedFormOfALinearProblem) {
  LinearGeneratorOptions options;
  options.type = torch::kFloat64;
  LinearProblem linear(options, 2, 0.1);
  SolverState state = start_chains(linear.problem, row_keys(2, 3), RandomStreams(1));
  const LatentState v = linear.generator.advance(state.latent, 1);
  const Tensor target = row_measurements(linear.problem, state);
  const DataTerm data = data_term(linear.problem, gaussian_likelihood(0.5), v, target, state);

  const Tensor residual = flattened(v).matmul(linear.generator.image_map().t()) - target;
  EXPECT_TRUE(torch::allclose(data.loss, 0.5 * residual.square().sum(1)));
  EXPECT_TRUE(torch::allclose(data.energy, data.loss / 0.25));
  EXPECT_TRUE(torch::allclose(flattened(data.gradient),
                              residual.matmul(linear.generator.image_map()) / 0.25));
  EXPECT_EQ(state.counts.evaluations, 6);
}

TEST(DataTerm, IsTheSameInGroupsOfRows) {
  LinearProblem linear({}, 2, 0.1);
  SolverState state = start_chains(linear.problem, row_keys(2, 3), RandomStreams(1));
  const Likelihood& likelihood = linear.problem.likelihood;
  const Tensor target = row_measurements(linear.problem, state);
  const DataTerm whole = data_term(linear.problem, likelihood, state.latent, target, state);
  for (const std::int64_t rows : {1, 4, 6, 100}) {
    linear.problem.rows_at_once = rows;
    const DataTerm parts = data_term(linear.problem, likelihood, state.latent, target, state);
    EXPECT_TRUE(torch::allclose(parts.loss, whole.loss)) << rows;
    EXPECT_TRUE(torch::allclose(parts.energy, whole.energy)) << rows;
    EXPECT_TRUE(torch::allclose(flattened(parts.gradient), flattened(whole.gradient))) << rows;
  }
  EXPECT_EQ(state.counts.evaluations, 30);
}

TEST(DataTerm, GivesARowThatIsNotFiniteGradientZeroAndAReason) {
  LinearProblem linear({}, 1, 0.1);
  SolverState state = start_chains(linear.problem, row_keys(1, 3), RandomStreams(1));
  state.latent.at("styles")[1][0][0] = std::numeric_limits<float>::quiet_NaN();
  state.step = 7;
  const DataTerm data = data_term(linear.problem, linear.problem.likelihood, state.latent,
                                  row_measurements(linear.problem, state), state);
  EXPECT_EQ(state.failures[0], "");
  EXPECT_EQ(state.failures[1], "image 1, chain 2: the data term is not finite at step 7");
  EXPECT_EQ(flattened(data.gradient)[1].abs().max().item<float>(), 0);
  EXPECT_GT(flattened(data.gradient)[2].abs().max().item<float>(), 0);
}

}  // namespace
}  // namespace sgilo
