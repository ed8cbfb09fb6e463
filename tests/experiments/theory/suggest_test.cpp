#include "sgilo/experiments/theory/suggest.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(Suggest, GivesEachSettingItsReason) {
  AdviceOptions options;
  options.noise_std = 0.02;
  options.measurements = 80;
  const Suggestion suggestion = suggest(options);
  EXPECT_EQ(suggestion.table.columns(), (std::vector<std::string>{"setting", "value", "reason"}));
  ASSERT_EQ(suggestion.table.rows().size(), 7u);
  for (const auto& row : suggestion.table.rows())
    for (const std::string& cell : row) EXPECT_FALSE(cell.empty());
  const auto& steps = suggestion.table.rows().back();
  EXPECT_EQ(steps[0], "steps");
  EXPECT_EQ(steps[1], std::to_string(suggestion.advice.steps));
  EXPECT_EQ(suggestion.table.rows()[0][1], "125");
}

TEST(Suggest, SaysWhenNoiseDrownsTheLatent) {
  AdviceOptions options;
  options.noise_std = 1;
  EXPECT_EQ(suggest(options).table.rows()[0][2],
            "beta |x*|^2 / n: below 1 the posterior is mostly noise about 0; lower the noise");
}

}  // namespace
}  // namespace sgilo
