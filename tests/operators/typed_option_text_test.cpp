#include "sgilo/operators/typed_option_text.h"

#include <gtest/gtest.h>

#include "support/error_text.h"

namespace sgilo {
namespace {

std::string json(std::string_view text) {
  return parse_option_text("solver", text, read_option_value).dump();
}

TEST(TypedOptionText, ListsAreInBracketsOrGoOnWithNumbers) {
  EXPECT_EQ(json("a:x=[1,2],y=3"), R"({"kind":"a","x":[1,2],"y":3})");
  EXPECT_EQ(json("a:x=[2]"), R"({"kind":"a","x":[2]})");
  EXPECT_EQ(json("a:x=[]"), R"({"kind":"a","x":[]})");
  EXPECT_EQ(json("a:x=10,10,y=.5"), R"({"kind":"a","x":[10,10],"y":0.5})");
  EXPECT_EQ(json("a:x=[b,c]"), R"({"kind":"a","x":["b","c"]})");
  EXPECT_EQ(json(R"(a:x=["b,c"],y=1)"), R"({"kind":"a","x":["b,c"],"y":1})");
  EXPECT_EQ(json("mask:file=a[1].png,x=1"), R"({"kind":"mask","file":"a[1].png","x":1})");
}

TEST(TypedOptionText, BracketsThatNeverCloseAreAWord) {
  EXPECT_EQ(json("a:x=[1"), R"({"kind":"a","x":"[1"})");
}

TEST(TypedOptionText, DashesAndUnderscoresOfKeysAreAlike) {
  EXPECT_EQ(json("a:first-std=1"), R"({"kind":"a","first_std":1})");
  EXPECT_EQ(error_text<ConfigError>([] { json("a:x-y=1,x_y=2"); }),
            "solver 'a:x-y=1,x_y=2': 'x_y' must be given once");
}

TEST(TypedOptionText, WordsWithoutAKeyAreRefused) {
  EXPECT_EQ(error_text<ConfigError>([] { json("a:x=1,b"); }),
            "solver 'a:x=1,b': each option must be written key=value, but 'b' is not");
  EXPECT_EQ(error_text<ConfigError>([] { json("a:1"); }),
            "solver 'a:1': each option must be written key=value, but '1' is not");
}

TEST(TypedOptionText, TheReaderGetsKindKeyAndText) {
  const Json read = parse_chain_text(
      "operator", "a:x=007|b:y=[1,2]",
      [](const auto& kind, const auto& key, const auto& text) { return Json(kind + key + text); });
  EXPECT_EQ(read.dump(), R"({"kind":"chain","parts":[{"kind":"a","x":"ax007"},)"
                         R"({"kind":"b","y":"by[1,2]"}]})");
}

}  // namespace
}  // namespace sgilo
