#include "sgilo/solvers/preconditioner.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

SolverState state_with(const Tensor& x) {
  SolverState state;
  state.latent = {0, {{"styles", x}}};
  return state;
}

TEST(Preconditioner, IsThePriorsVarianceBeforeAnyGradient) {
  const SolverState state = state_with(torch::zeros({2, 3}));
  EXPECT_TRUE(torch::equal(preconditioner(state, "styles", 4, 1), torch::full({2, 3}, 0.25)));
}

TEST(Preconditioner, IsOneOverPrecisionPlusMeanSquareGradient) {
  SolverState state = state_with(torch::zeros({1, 2}));
  const LatentState gradient{0, {{"styles", torch::tensor({{3.0f, 0.0f}})}}};
  for (int i = 0; i < 5; ++i) adapt_preconditioner(state, gradient, 0.5);
  const Tensor expected = torch::tensor({{1.0f / (1 + 9), 1.0f}});
  EXPECT_TRUE(torch::allclose(preconditioner(state, "styles", 1, 0.5), expected));
}

TEST(Preconditioner, FollowsTheVarianceOfTheLikelihood) {
  SolverState state = state_with(torch::zeros({1, 1}));
  adapt_preconditioner(state, {0, {{"styles", torch::full({1, 1}, 2.0f)}}}, 1);
  // Fisher information is proportional to 1 / variance.
  EXPECT_NEAR(preconditioner(state, "styles", 1, 0.25).item<double>(), 1.0 / (1 + 16), 1e-6);
}

}  // namespace
}  // namespace sgilo
