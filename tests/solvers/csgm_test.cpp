#include "sgilo/solvers/csgm.h"

#include <gtest/gtest.h>

#include "support/linear_problem.h"

namespace sgilo {
namespace {

// Measurements of an image that the generator makes from one code and the noises of restart 0.
Problem own_image(LinearProblem& linear, const Csgm& solver, const RandomStreams& streams) {
  Problem problem = linear.problem;
  LatentState hidden = solver.start(problem, row_keys(1, 1), streams)
                           .latent.select_rows(torch::zeros({1}, torch::kInt64));
  hidden.at("styles") = RandomStreams(99).normal({1, 1, 3}).expand({1, 2, 3}).clone();
  problem.measurements = linear.matrix.apply(linear.generator.decode(hidden));
  return problem;
}

TEST(Csgm, FindsTheGeneratorsOwnImage) {
  LinearProblem linear({}, 1, 0.1);
  CsgmOptions options;
  options.chains = 1;
  const Csgm solver(options);
  const RandomStreams streams(3);
  const Problem problem = own_image(linear, solver, streams);
  Observer silent;
  const Reconstruction result = restore(problem, solver, row_keys(1, 1), streams, silent);
  EXPECT_LT(result.last_losses().item<float>(), 1e-6f);
  EXPECT_TRUE(torch::allclose(result.best().flatten(), problem.measurements.flatten(), 0, 2e-3));
}

TEST(Csgm, KeepsStyleRowsEqualAndNoisesAtTheirDraws) {
  LinearProblem linear({}, 1, 0.1);
  CsgmOptions options;
  options.evaluations = 5;
  const Csgm solver(options);
  SolverState state = solver.start(linear.problem, row_keys(1, 4), RandomStreams(3));
  const Tensor noise = state.latent.at("noise_0").clone(), styles = state.latent.at("styles");
  Observer silent;
  run(solver, state, linear.problem, RandomStreams(3), silent);
  const Tensor moved = state.latent.at("styles");
  EXPECT_TRUE(torch::equal(moved.select(1, 0), moved.select(1, 1)));
  EXPECT_FALSE(torch::equal(moved, styles));
  EXPECT_TRUE(torch::equal(state.latent.at("noise_0"), noise));
}

TEST(Csgm, ReturnsTheRestartOfLowestMeasurementLoss) {
  LinearProblem linear({}, 2, 0.1);
  CsgmOptions options;
  options.evaluations = 3;
  const Csgm solver(options);
  Observer silent;
  const Reconstruction result =
      restore(linear.problem, solver, row_keys(2, 4), RandomStreams(3), silent);
  const Tensor best = result.best(), last = result.last();
  for (std::int64_t image = 0; image < 2; ++image) {
    const auto winner = result.last_losses()[image].argmin().item<std::int64_t>();
    EXPECT_TRUE(torch::equal(best[image], last[image][winner]));
  }
  EXPECT_TRUE(torch::allclose(result.mean(), last.mean(1), 1e-5, 1e-6));
}

}  // namespace
}  // namespace sgilo
