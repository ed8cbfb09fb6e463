#include "sgilo/core/parse_json.h"

#include <gtest/gtest.h>

#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(ParseJson, NamesLineAndColumnWhereReadingStops) {
  const auto complaint = [](const std::string& text) {
    return error_text<FormatError>([&] { parse_json(text, "c.json"); });
  };
  EXPECT_EQ(parse_json(R"({"a": [1]})", "c.json")["a"][0], 1);
  EXPECT_EQ(complaint("{\n  \"a\": 1,\n}"), "c.json: is not JSON at line 3, column 1");
  EXPECT_EQ(complaint("{\"a\": ?}"), "c.json: is not JSON at line 1, column 7");
  EXPECT_EQ(complaint("{"), "c.json: is not JSON at line 1, column 2");
  EXPECT_EQ(complaint(""), "c.json: is not JSON at line 1, column 1");
  EXPECT_EQ(complaint("[1e999]"), "c.json: is not JSON that can be kept: a number is too large");
}

}  // namespace
}  // namespace sgilo
