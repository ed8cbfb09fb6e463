#include "sgilo/solvers/chains.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/error_text.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

TEST(Chains, EachComparesWithTheMeasurementOfItsImage) {
  LinearProblem linear({}, 3, 0.1);
  const SolverState state =
      start_chains(linear.problem, {{2, 0}, {0, 5}, {2, 1}}, RandomStreams(1));
  const Tensor y = row_measurements(linear.problem, state);
  EXPECT_TRUE(torch::equal(y[0], linear.problem.measurements[2]));
  EXPECT_TRUE(torch::equal(y[1], linear.problem.measurements[0]));
  EXPECT_TRUE(torch::equal(y[2], y[0]));
}

TEST(Chains, AreKeyedByImageAndChainAlone) {
  LinearProblem linear({}, 2, 0.1);
  const SolverState all = start_chains(linear.problem, row_keys(2, 3), RandomStreams(1));
  const SolverState one = start_chains(linear.problem, {{1, 2}}, RandomStreams(1));
  EXPECT_TRUE(torch::equal(one.latent.at(Role::code)[0], all.latent.at(Role::code)[5]));
  EXPECT_FALSE(torch::equal(all.latent.at(Role::code)[4], all.latent.at(Role::code)[5]));
}

TEST(Chains, AFailureIsNamedByItsImageAndChain) {
  LinearProblem linear({}, 2, 0.1);
  SolverState state = start_chains(linear.problem, {{1, 0}, {1, 4}}, RandomStreams(1));
  state.step = 9;
  mark_failures(state, torch::tensor({true, false}), "the data term");
  mark_failures(state, torch::tensor({true, false}), "a variable");  // the first reason stays
  EXPECT_EQ(state.failures[0], "");
  EXPECT_EQ(state.failures[1], "image 2, chain 5: the data term is not finite at step 9");
  EXPECT_EQ(healthy_mean(state, torch::tensor({2.f, 100.f})), 2);
}

TEST(Chains, OneThatLeavesTheFiniteNumbersStaysWhereItWas) {
  LinearProblem linear({}, 1, 0.1);
  SolverState state = start_chains(linear.problem, row_keys(1, 2), RandomStreams(1));
  const LatentState before = state.latent;
  LatentState proposed = mapped(before, [](const Variable& x) { return x.value + 1; });
  proposed.at(Role::noise)[0][0] = std::numeric_limits<float>::infinity();
  move_chains(state, proposed);
  EXPECT_TRUE(torch::equal(state.latent.at(Role::code)[0], before.at(Role::code)[0]));
  EXPECT_TRUE(torch::equal(state.latent.at(Role::code)[1], before.at(Role::code)[1] + 1));
  EXPECT_EQ(state.failures[0], "image 1, chain 1: a variable is not finite at step 0");
}

TEST(Chains, KeepTheirDrawsWithLossAndEnergy) {
  LinearProblem linear({}, 1, 0.5);
  SolverState state = start_chains(linear.problem, row_keys(1, 2), RandomStreams(1));
  keep_draw(state, linear.problem);
  linear.problem.rows_at_once = 1;
  keep_draw(state, linear.problem);
  EXPECT_EQ(state.draws.images.sizes(), (torch::IntArrayRef{2, 2, 1, 1, 12}));
  EXPECT_TRUE(torch::allclose(state.draws.losses.select(1, 0), state.draws.losses.select(1, 1)));
  EXPECT_TRUE(torch::allclose(state.draws.energies, state.draws.losses / 0.25));
  EXPECT_EQ(state.counts.decodes, 4);
}

TEST(Chains, NeedAtLeastOneRow) {
  LinearProblem linear({}, 1, 0.1);
  EXPECT_EQ(error_text<ConfigError>([&] { start_chains(linear.problem, {}, RandomStreams(1)); }),
            "a solver needs at least one row, but is given none");
}

}  // namespace
}  // namespace sgilo
