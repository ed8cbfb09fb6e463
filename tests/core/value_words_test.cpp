#include "sgilo/core/value_words.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

using Items = std::vector<std::string>;

TEST(ValueWords, NumbersAreReadAsPeopleWriteThem) {
  const auto json = [](std::string_view text) { return number_or_text(text).dump(); };
  EXPECT_EQ(json("7"), "7");
  EXPECT_EQ(json("+7"), "7");
  EXPECT_EQ(json("-3"), "-3");
  EXPECT_EQ(json(".5"), "0.5");
  EXPECT_EQ(json("+.5"), "0.5");
  EXPECT_EQ(json("1e-3"), "0.001");
  EXPECT_EQ(json("1e3"), "1000");
  EXPECT_EQ(json("2.0"), "2");
  EXPECT_EQ(json("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(json("1e300"), "1e+300");
  EXPECT_EQ(json("-0.0"), "-0.0");
}

TEST(ValueWords, WhatIsNoFiniteNumberRemainsText) {
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "0x10", "1_000", "5%", "10GB", "1 2",
                           "+-5", "++5", "+", "\u22125"})
    EXPECT_EQ(number_or_text(text), Json(text)) << text;
}

TEST(ValueWords, BooleansHaveFourWordsEach) {
  for (const char* text : {"true", "yes", "on", "1", "True", "YES"})
    EXPECT_EQ(boolean_of(text), true) << text;
  for (const char* text : {"false", "no", "off", "0", "False", "OFF"})
    EXPECT_EQ(boolean_of(text), false) << text;
  for (const char* text : {"", "ture", "2", "-1", "y", "nope"})
    EXPECT_EQ(boolean_of(text), std::nullopt) << text;
}

TEST(ValueWords, ListsHaveCommasWithOrWithoutBrackets) {
  EXPECT_EQ(list_items("a"), Items{"a"});
  EXPECT_EQ(list_items("a,b"), (Items{"a", "b"}));
  EXPECT_EQ(list_items("[a, b]"), (Items{"a", "b"}));
  EXPECT_EQ(list_items(R"(["a,b", "c", 1.5])"), (Items{"a,b", "c", "1.5"}));
  EXPECT_EQ(list_items("[10,10]"), (Items{"10", "10"}));
  EXPECT_EQ(list_items("[]"), Items{});
  EXPECT_EQ(list_items(""), Items{});
  EXPECT_EQ(list_items("1,,2"), (Items{"1", "", "2"}));
  EXPECT_EQ(list_items("[1"), Items{"[1"});
  EXPECT_EQ(list_items(std::string(40, '[') + std::string(39, ']') + "a]").size(), 1u);
}

}  // namespace
}  // namespace sgilo
