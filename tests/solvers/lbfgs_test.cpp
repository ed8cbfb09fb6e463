#include "sgilo/solvers/lbfgs.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

// 0.5 sum_i c_i (x_i - 1)^2.
EnergyAndGradient quadratic(const Tensor& curvature, const Tensor& x) {
  const Tensor offset = x - 1;
  return {0.5 * row_dot(curvature * offset, offset), curvature * offset};
}

TEST(Lbfgs, SolvesAQuadraticInAboutAsManyStepsAsItHasCurvatures) {
  const Tensor curvature = torch::tensor({1e4, 1e2, 1.0}, torch::kFloat64).repeat({4});
  const Tensor start = RandomStreams(1).normal({3, 12}).to(torch::kFloat64);
  const auto f = [&](const Tensor& x) { return quadratic(curvature, x); };
  const Minimum minimum = minimise_lbfgs(f, start, torch::zeros({3}, torch::kFloat64), 0.01, 14);
  EXPECT_LT((minimum.x - 1).abs().max().item<double>(), 1e-3);
  EXPECT_NEAR(minimum.first_step.max().item<double>(), 1e-4, 2e-5);  // 1 / largest curvature
}

TEST(Lbfgs, NeverRaisesTheEnergyOfARow) {
  const auto rosenbrock = [](const Tensor& x) -> EnergyAndGradient {
    const Tensor a = x.select(1, 0), b = x.select(1, 1), gap = b - a * a;
    return {(1 - a).square() + 100 * gap.square(),
            torch::stack({-2 * (1 - a) - 400 * a * gap, 200 * gap}, 1)};
  };
  const Tensor start = 2 * RandomStreams(2).normal({20, 2}).to(torch::kFloat64);
  const Tensor unknown = torch::zeros({20}, torch::kFloat64);
  Tensor before = rosenbrock(start).energy;
  for (const std::int64_t evaluations : {2, 5, 10, 40}) {
    const Tensor after =
        rosenbrock(minimise_lbfgs(rosenbrock, start, unknown, 0.01, evaluations).x).energy;
    EXPECT_TRUE((after <= before).all().item<bool>()) << evaluations;
    before = after;
  }
  EXPECT_LT(before.median().item<double>(), 1e-3);
}

TEST(Lbfgs, CallsTheFunctionExactlyAsOftenAsAsked) {
  int calls = 0;
  const auto f = [&](const Tensor& x) {
    ++calls;
    return quadratic(torch::ones({2}), x);
  };
  minimise_lbfgs(f, torch::zeros({1, 2}), torch::zeros({1}), 0.01, 7);
  EXPECT_EQ(calls, 7);
}

}  // namespace
}  // namespace sgilo
