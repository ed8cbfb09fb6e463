#include "sgilo/cli/flag_values.h"

#include <gtest/gtest.h>

#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(FlagValues, OfJsonAreSentencesWhereTheyAreNone) {
  const OptionEntry parts{.path = "operator.parts"};
  EXPECT_EQ(value_of(parts, {R"([{"kind": "box"}])"}, {}), Json({{{"kind", "box"}}}));
  EXPECT_EQ(error_text<ConfigError>([&] { value_of(parts, {"[1"}, {}); }),
            "--operator.parts must be JSON, but is '[1'");
}

TEST(FlagValues, DashesAndUnderscoresOfWordsAreAlike) {
  const OptionEntry sampler{
      .path = "sampler", .type = OptionType::text, .accepted = "probability_flow, random-walk"};
  EXPECT_EQ(value_of(sampler, {"probability-flow"}, {}), "probability_flow");
  EXPECT_EQ(value_of(sampler, {"random_walk"}, {}), "random-walk");
  EXPECT_EQ(value_of(sampler, {"my_file"}, {}), "my_file");
}

TEST(FlagValues, WithinAChainAreReadByTheirTypesToo) {
  const std::vector<OptionEntry> table{
      {.path = "operator", .type = OptionType::family},
      {.path = "operator.file", .type = OptionType::text, .member = "mask"},
      {.path = "operator.inverted", .type = OptionType::boolean, .member = "mask"}};
  EXPECT_EQ(value_of(table[0], {"mask:file=5,inverted=yes|grayscale"}, table).dump(),
            R"({"kind":"chain","parts":[{"kind":"mask","file":"5","inverted":true},)"
            R"({"kind":"grayscale"}]})");
}

TEST(FlagValues, DigitsBeyondAllWholeNumbersAreToldTheRange) {
  const std::string range =
      " must be a whole number in [-9223372036854775808, 9223372036854775807], but is ";
  const OptionEntry seed{.path = "seed", .type = OptionType::number, .default_value = 1};
  EXPECT_EQ(error_text<ConfigError>([&] { value_of(seed, {"99999999999999999999"}, {}); }),
            concat("seed", range, "99999999999999999999"));
  const OptionEntry steps{.path = "steps", .type = OptionType::numbers, .default_value = {1, 2}};
  EXPECT_EQ(error_text<ConfigError>([&] {
              value_of(steps, {"1", "1e30"}, {});
            }),
            concat("steps", range, "1e30"));
  const OptionEntry sigma{.path = "sigma", .type = OptionType::number, .default_value = 0.5};
  EXPECT_EQ(value_of(sigma, {"99999999999999999999"}, {}), 1e20);
}

}  // namespace
}  // namespace sgilo
