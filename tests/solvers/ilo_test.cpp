#include "sgilo/solvers/ilo.h"

#include <gtest/gtest.h>

#include "support/linear_problem.h"

namespace sgilo {
namespace {

IloOptions short_run() {
  IloOptions options;
  options.chains = 2;
  options.evaluations = 50;
  options.shares = {20, 30};
  return options;
}

SolverState solved(const Ilo& solver, const Problem& problem) {
  return ended(solver, problem, 2, 5);
}

Tensor distance_per_number(const SolverState& state, Role role) {
  return (state.latent.at(role) - state.centre.at(role)).abs().flatten(1).mean(1);
}

TEST(Ilo, KeepsTheLayerInItsBall) {
  LinearProblem linear({}, 2, 0.01);
  IloOptions options = short_run();
  options.radii = {0.05};
  options.style_radius = 0.02;
  options.project_styles = false;
  const SolverState state = solved(Ilo(options), linear.problem);
  EXPECT_EQ(state.latent.layer, 1);
  EXPECT_NEAR(distance_per_number(state, Role::layer).max().item<float>(), 0.05f, 1e-5f);
  EXPECT_LE(distance_per_number(state, Role::code).max().item<float>(), 0.02f + 1e-6f);
}

TEST(Ilo, WithoutConstraintLeavesTheBallAndFitsBetter) {
  LinearProblem linear({}, 2, 0.01);
  IloOptions options = short_run();
  options.radii = {0.05};
  const SolverState held = solved(Ilo(options), linear.problem);
  options.constrained = false;
  options.radii = IloOptions().radii;
  const SolverState free = solved(Ilo(options), linear.problem);
  EXPECT_GT(distance_per_number(free, Role::layer).min().item<float>(), 0.05f);
  EXPECT_LT(free.draws.losses.max().item<float>(), held.draws.losses.min().item<float>());
}

TEST(Ilo, KeepsStylesAndNoisesOnTheirSpheres) {
  LinearProblem linear({}, 1, 0.01);
  const SolverState state = solved(Ilo(short_run()), linear.problem);
  EXPECT_TRUE(torch::allclose(state.latent.at("styles").norm(2, {2}),
                              torch::full({2, 2}, std::sqrt(3.0f))));
  EXPECT_TRUE(torch::allclose(state.latent.at("noise_0").norm(2, {1}), torch::full({2}, 2.0f)));
}

TEST(Ilo, StartsALayerAtTheImageOfTheStageBefore) {
  LinearProblem linear({}, 1, 0.01);
  const Ilo solver(short_run());
  SolverState state = solver.start(linear.problem, row_keys(1, 2), RandomStreams(5));
  for (int i = 0; i < 20; ++i) solver.step(state, linear.problem, RandomStreams(5));
  const LatentState before = state.latent;
  solver.step(state, linear.problem, RandomStreams(5));
  EXPECT_TRUE(torch::equal(linear.generator.decode(state.centre), linear.generator.decode(before)));
}

TEST(Ilo, CountsOneEvaluationPerStepAndChain) {
  LinearProblem linear({}, 3, 0.01);
  const Ilo solver(short_run());
  EXPECT_EQ(solver.total_steps(), 50);
  EXPECT_EQ(solved(solver, linear.problem).counts.evaluations, 50 * 2 * 3);
}

TEST(Ilo, AddsNoiseToTheStylesWhereAsked) {
  LinearProblem linear({}, 1, 0.1);
  IloOptions options = short_run();
  const SolverState plain = solved(Ilo(options), linear.problem);
  options.noise_addition = 0.3;
  const SolverState noisy = solved(Ilo(options), linear.problem);
  EXPECT_FALSE(torch::allclose(plain.latent.at("styles"), noisy.latent.at("styles")));
  EXPECT_TRUE(torch::isfinite(noisy.draws.images).all().item<bool>());
}

}  // namespace
}  // namespace sgilo
