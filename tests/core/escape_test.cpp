#include "sgilo/core/escape.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(Escape, LeavesOrdinaryTextOfAnyScriptAsItIs) {
  for (const std::string text : {"", "G_ema.synthesis.b4.const", "C:\\models", "Größe", "模型",
                                 "модель", "\xf0\x9f\x98\x80", "(0, 'a')"}) {
    EXPECT_EQ(escaped(text), text);
    EXPECT_TRUE(is_printable(text)) << text;
  }
}

TEST(Escape, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(escaped("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(escaped("\x1b[2J\x07\x7f"), "\\x1b[2J\\x07\\x7f");
  EXPECT_EQ(escaped(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(escaped("\xc2\x9b"
                    "31m"),
            "\\u009b31m");  // the control sequence introducer of one character
  EXPECT_FALSE(is_printable("a\nb"));
}

TEST(Escape, ShowsWhatReversesOrHidesText) {
  EXPECT_EQ(escaped("a\xe2\x80\xae"
                    "txt"),
            "a\\u202etxt");
  EXPECT_EQ(escaped("a\xe2\x80\x8b\xe2\x81\xa6\xef\xbb\xbf"), "a\\u200b\\u2066\\ufeff");
  EXPECT_EQ(escaped("\xe2\x80\xa8"), "\\u2028");
  EXPECT_EQ(escaped("\xf3\xa0\x81\x81"), "\\U000e0041");
}

TEST(Escape, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(escaped("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(escaped("\xed\xa0\x80z"), "\\xed\\xa0\\x80z");  // half of a surrogate pair
  EXPECT_EQ(escaped("\xc0\x8a"), "\\xc0\\x8a");             // a line break in too many bytes
}

TEST(Escape, ChangesNothingTheSecondTime) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(escaped(escaped(all)), escaped(all));
  EXPECT_TRUE(is_printable(escaped(all)));
}

}  // namespace
}  // namespace sgilo
