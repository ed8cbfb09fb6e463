#include "sgilo/sampling/adaptive_ode.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// y' = -rate y for each row, z' = mean of y: z(t) = z_0 + y_0 (1 - e^{-rate t}) / rate.
TEST(AdaptiveOde, CarriesAllPartsToTheirTolerance) {
  const Tensor rate = torch::tensor({0.5, 40.0}, torch::kFloat64);
  const OdeSlope slope = [&](const OdeState& y, const Tensor&) {
    return OdeState{-rate.view({2, 1, 1}) * y[0], y[0].flatten(1).mean(1)};
  };
  const OdeState start{torch::full({2, 3, 2}, 2.0, torch::kFloat64),
                       torch::zeros({2}, torch::kFloat64)};
  Observer silent;
  const OdeState end = integrate_rows(slope, start, 0, 1, {1e-9, 1e-9, 10000}, "decay", silent);
  const Tensor left = (-rate).exp() * 2;
  EXPECT_TRUE(torch::allclose(end[0], left.view({2, 1, 1}).expand({2, 3, 2}), 1e-7, 1e-8));
  EXPECT_TRUE(torch::allclose(end[1], (2 - left) / rate, 1e-7, 1e-8));
  const OdeState back = integrate_rows(slope, end, 1, 0, {1e-9, 1e-9, 10000}, "decay", silent);
  EXPECT_NEAR(back[0][0][0][0].item<double>(), 2, 1e-7);
}

TEST(AdaptiveOde, NamesTheEquationThatDidNotArrive) {
  const OdeSlope slope = [](const OdeState& y, const Tensor&) { return OdeState{y[0] * -50}; };
  Observer silent;
  EXPECT_EQ(error_text<NumericError>([&] {
              integrate_rows(slope, {torch::ones({1, 1})}, 0, 1, {1e-9, 1e-9, 20}, "decay", silent);
            }),
            "the decay did not reach t = 1 within 20 score evaluations");
}

}  // namespace
}  // namespace sgilo
