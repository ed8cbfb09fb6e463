#include "sgilo/theory/contraction.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/random_streams.h"
#include "sgilo/theory/starts.h"

namespace sgilo {
namespace {

// Central differences of the gradient at one row of n = 3.
double least_eigenvalue(const PopulationLandscape& landscape, const Tensor& x) {
  const double step = 1e-5;
  const Tensor offsets = step * torch::eye(3, torch::kFloat64);
  const Tensor hessian =
      (landscape.gradient(x + offsets) - landscape.gradient(x - offsets)) / (2 * step);
  return std::get<0>(torch::linalg_eigh((hessian + hessian.t()) / 2)).min().item<double>();
}

TEST(Contraction, LeastCurvatureIsThatOfTheHessianInTheBall) {
  for (const int depth : {2, 3}) {
    const PopulationLandscape landscape(depth);
    const LeastCurvature least = least_curvature(landscape, 0.4);
    const Tensor centre = true_latent(3, torch::kFloat64);
    const Tensor directions = random_directions(300, 3, RandomStreams(1), torch::kFloat64);
    double lowest = 1;
    for (int i = 0; i < 300; ++i)
      lowest = std::min(lowest, least_eigenvalue(landscape, centre + 0.4 * directions[i]));
    EXPECT_GE(lowest, least.value - 1e-6);
    EXPECT_NEAR(lowest, least.value, 0.01);
    const Tensor at = torch::tensor({least.at.radius * std::cos(least.at.angle),
                                     least.at.radius * std::sin(least.at.angle), 0.0},
                                    torch::kFloat64);
    EXPECT_NEAR(least_eigenvalue(landscape, at), least.value, 1e-6);
  }
}

TEST(Contraction, FoldedNormalCdfIsTheIntegralOfTheDensity) {
  const double mean = 0.7, std = 0.4, x = 1.1;
  double sum = 0;
  const int cells = 20000;
  for (int i = 0; i < cells; ++i) {
    const double z = (-x + 2 * x * (i + 0.5) / cells - mean) / std;
    sum += std::exp(-z * z / 2) / std::sqrt(2 * M_PI) * 2 * x / (cells * std);
  }
  EXPECT_NEAR(folded_normal_cdf(x, mean, std), sum, 1e-8);
  EXPECT_EQ(folded_normal_cdf(x, -mean, std), folded_normal_cdf(x, mean, std));
  EXPECT_EQ(folded_normal_cdf(-0.1, mean, std), 0);
}

TEST(Contraction, BoundIsThePapers) {
  EXPECT_DOUBLE_EQ(contraction_bound(0.5, 1, 1), 0.75);
  EXPECT_DOUBLE_EQ(contraction_bound(0.4, 3, 0.5), 1 - 0.4 * 1.5 / 3.5);
}

}  // namespace
}  // namespace sgilo
