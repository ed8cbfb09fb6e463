#include "sgilo/core/parse_json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "support/error_text.h"

namespace sgilo {
namespace {

std::string complaint(const std::string& text, const JsonLimits& limits = {}) {
  return error_text<FormatError>([&] { parse_json(text, "c.json", limits); });
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(ParseJson, ReadsWhatTheLibraryReads) {
  for (const char* text :
       {R"({"a": [1, -2, 0.5, 1e-3, true, null], "b": {"c": "\u00e4\n", "d": {}}, "e": []})", "3",
        "\"word\"", "[]", "[[], [[]], {}]", "18446744073709551615", "null"})
    EXPECT_EQ(parse_json(text, "c.json"), Json::parse(text)) << text;
}

TEST(ParseJson, NamesLineAndColumnWhereReadingStops) {
  EXPECT_EQ(parse_json(R"({"a": [1]})", "c.json")["a"][0], 1);
  EXPECT_EQ(complaint("{\n  \"a\": 1,\n}"), "c.json: is not JSON at line 3, column 1");
  EXPECT_EQ(complaint("{\"a\": ?}"), "c.json: is not JSON at line 1, column 7");
  EXPECT_EQ(complaint("{"), "c.json: is not JSON at line 1, column 2");
  EXPECT_EQ(complaint(""), "c.json: is not JSON at line 1, column 1");
  EXPECT_EQ(complaint("[NaN]"), "c.json: is not JSON at line 1, column 2");
  EXPECT_EQ(complaint("1 2"), "c.json: is not JSON at line 1, column 3");
}

TEST(ParseJson, RefusesNumbersThatNoFloatHolds) {
  EXPECT_EQ(complaint("[\n1e999]"),
            "c.json: is not JSON that can be kept: a number is too large at line 2, column 5");
  EXPECT_EQ(complaint("-1e999").substr(0, 40), "c.json: is not JSON that can be kept: a ");
}

TEST(ParseJson, RefusesANameThatOccursTwiceInItsObject) {
  EXPECT_EQ(complaint(R"({"a": 1, "b": {"a": 2}, "a": 3})"), "c.json: names 'a' twice");
}

TEST(ParseJson, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(complaint("\"\xff\""), "c.json: must be text in UTF-8, and is not");
}

TEST(ParseJson, RefusesWhatIsNestedTooDeeplyBeforeItIsBuilt) {
  for (const int depth : {65, 100'000, 1'000'000})
    for (const char* within : {"[", "{\"a\":"})
      EXPECT_EQ(complaint(repeated(within, depth)),
                "c.json: is nested more than 64 deep, the most that is accepted");
  EXPECT_EQ(parse_json(repeated("[", 64) + repeated("]", 64), "c.json").dump(),
            repeated("[", 64) + repeated("]", 64));
}

TEST(ParseJson, RefusesMoreBytesValuesAndLongerTextsThanItsLimits) {
  EXPECT_EQ(complaint("[1, 2]", {.bytes = 5}),
            "c.json: has 6 bytes of JSON, but at most 5 are accepted");
  EXPECT_EQ(complaint("[1, 2]", {.values = 2}),
            "c.json: holds more than 2 values, the most that are accepted");
  for (const char* text : {"\"abc\"", "{\"abc\": 1}"})
    EXPECT_EQ(complaint(text, {.text = 2}),
              "c.json: holds a text of 3 bytes, but at most 2 are accepted");
  EXPECT_EQ(complaint(repeated("[],", 400'000).insert(0, "[") + "0]"), "");
  EXPECT_NE(complaint(repeated("[],", 2'000'000).insert(0, "[") + "0]"), "");
}

TEST(ParseJson, TakesNoLongerThanTheNamesOfAnObjectAreMany) {  // 100,000 names: 30 ms
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += concat(i ? "," : "", '"', i, "\":", i);
  EXPECT_EQ(parse_json(text + "}", "c.json").size(), 100'000u);
}

// The header of safetensors has rules of its own, and a reader that is no deeper than three.
TEST(ParseJson, IsTheOnlyDoor) {
  const std::filesystem::path root = SGILO_SOURCE_DIR;
  const std::set<std::string> others{"parse_json.cpp", "safetensors.cpp"};
  for (const auto& file : std::filesystem::recursive_directory_iterator(root / "src")) {
    const std::string name = file.path().filename().string();
    if (!file.is_regular_file() || others.contains(name)) continue;
    std::stringstream source;
    source << std::ifstream(file.path()).rdbuf();
    for (const char* call : {"Json::parse(", "json::parse(", "sax_parse("})
      EXPECT_EQ(source.str().find(call), std::string::npos) << file.path() << " calls " << call;
  }
}

}  // namespace
}  // namespace sgilo
