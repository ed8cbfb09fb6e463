#include "sgilo/theory/restricted_isometry.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

Tensor row(std::vector<double> values) {
  return torch::tensor(values, torch::kFloat64).unsqueeze(0);
}

TEST(RestrictedIsometry, ErrorIsRelativeToTheNorms) {
  const Tensor u = row({3, 4}), v = row({0, 2});
  EXPECT_DOUBLE_EQ(isometry_error(torch::eye(2, torch::kFloat64), u, v).item<double>(), 0);
  const Tensor matrix = torch::tensor({{2.0, 0.0}, {0.0, 1.0}}, torch::kFloat64);
  EXPECT_DOUBLE_EQ(isometry_error(matrix, u, u).item<double>(), (4 * 9 + 16 - 25) / 25.0);
  EXPECT_DOUBLE_EQ(isometry_error(3 * matrix, u, v).item<double>(), (9 * 8 - 8) / 10.0);
}

TEST(RestrictedIsometry, StandardDeviationIsThatOverGaussianMatrices) {
  constexpr std::int64_t kRows = 5, kMatrices = 20000;
  const Tensor all = RandomStreams(9).normal({kMatrices, kRows, 3}).to(torch::kFloat64) /
                     std::sqrt(static_cast<double>(kRows));
  for (const auto& [u, v] :
       {std::pair{row({1, 2, 3}), row({1, 2, 3})}, std::pair{row({1, 2, 3}), row({3, 0, -1})},
        std::pair{row({1, 2, 3}), row({0, 1, 1})}}) {
    double square = 0;
    for (std::int64_t i = 0; i < kMatrices; ++i)
      square += isometry_error(all[i], u, v).square().item<double>() / kMatrices;
    // Squares of these errors have a relative standard deviation below 3: 5 standard errors.
    EXPECT_NEAR(std::sqrt(square) / isometry_error_std(kRows, u, v).item<double>(), 1, 0.055);
  }
}

}  // namespace
}  // namespace sgilo
