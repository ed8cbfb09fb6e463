#include "sgilo/sampling/batch.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(Batch, ValuesOfRowsMultiplyTheRowsInTheirType) {
  const Tensor x = torch::ones({2, 3, 4}, torch::kFloat32);
  const Tensor values = per_row(torch::tensor({2.0, 3.0}, torch::kFloat64), x);
  EXPECT_EQ(values.sizes(), (torch::IntArrayRef{2, 1, 1}));
  EXPECT_EQ(values.scalar_type(), torch::kFloat32);
  EXPECT_EQ((values * x)[1][2][3].item<float>(), 3);
}

TEST(Batch, NoiseOfARowDoesNotDependOnItsNeighbours) {
  const RandomStreams streams(1);
  const Tensor x = torch::empty({2, 5}, torch::kFloat64);
  const Tensor both = noise_like(x, {streams.child("a"), streams.child("b")});
  const Tensor alone = noise_like(x.slice(0, 0, 1), {streams.child("b")});
  EXPECT_EQ(both.scalar_type(), torch::kFloat64);
  EXPECT_TRUE(torch::equal(both[1], alone[0]));
  EXPECT_EQ(error_text<ConfigError>([&] { noise_like(x, {streams}); }),
            "a sampler needs one random stream per row, but got 1 streams for 2 rows");
}

TEST(Batch, AScoreIsAskedAtOneTimeForAllRowsWithoutHistory) {
  const Tensor x = torch::ones({3, 2}, torch::kFloat64).requires_grad_(true);
  const Tensor score =
      score_at([](const Tensor& at, const Tensor& t) { return -at * per_row(t, at); }, x, 0.25);
  EXPECT_TRUE(torch::equal(score, torch::full({3, 2}, -0.25, torch::kFloat64)));
  EXPECT_FALSE(score.requires_grad());
  EXPECT_TRUE(error_text<NumericError>([&] {
                score_at([](const Tensor& at, const Tensor&) { return at / 0; }, x, 0.25);
              }).starts_with("score at t = 0.25"));
}

}  // namespace
}  // namespace sgilo
