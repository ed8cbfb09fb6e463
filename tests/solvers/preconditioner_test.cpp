#include "sgilo/solvers/preconditioner.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

Variable styles(const Tensor& x) { return {"styles", Role::code, x}; }

TEST(Preconditioner, IsThePriorsVarianceBeforeAnyGradient) {
  EXPECT_TRUE(torch::equal(preconditioner({}, styles(torch::zeros({2, 3})), 4, 1),
                           torch::full({2, 3}, 0.25)));
}

TEST(Preconditioner, IsOneOverPrecisionPlusMeanSquareGradient) {
  PreconditionerState state;
  const Variable gradient = styles(torch::tensor({{3.0f, 0.0f}}));
  for (int i = 0; i < 5; ++i) adapt_preconditioner(state, {0, {gradient}}, 0.5);
  const Tensor expected = torch::tensor({{1.0f / (1 + 9), 1.0f}});
  EXPECT_TRUE(torch::allclose(preconditioner(state, gradient, 1, 0.5), expected));
}

TEST(Preconditioner, FollowsTheScaleOfTheLikelihood) {
  PreconditionerState state;
  const Variable gradient = styles(torch::full({1, 1}, 2.0f));
  adapt_preconditioner(state, {0, {gradient}}, 1);
  // Fisher information is proportional to 1 / scale.
  EXPECT_NEAR(preconditioner(state, gradient, 1, 0.25).item<double>(), 1.0 / (1 + 16), 1e-6);
}

}  // namespace
}  // namespace sgilo
