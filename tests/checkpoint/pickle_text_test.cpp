#include "sgilo/checkpoint/pickle_text.h"

#include <gtest/gtest.h>

#include "sgilo/core/utf8.h"

namespace sgilo {
namespace {

TEST(PickleText, WritesCharactersInUtf8) {
  EXPECT_EQ(from_latin1("a\xe9"), "a\xc3\xa9");
  std::string out;
  for (const std::uint32_t c : {0x41U, 0xe9U, 0x20acU, 0x1f600U}) append_code_point(out, c);
  EXPECT_EQ(out, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_TRUE(is_utf8(out));
}

TEST(PickleText, WritesLongNumbersInDigits) {
  EXPECT_EQ(decimal(""), "0");
  EXPECT_EQ(decimal("\xff"), "-1");
  EXPECT_EQ(decimal("\x80"), "-128");
  EXPECT_EQ(decimal(std::string("\x00\x01", 2)), "256");
  EXPECT_EQ(decimal(std::string(8, '\0') + "\x01"), "18446744073709551616");
}

}  // namespace
}  // namespace sgilo
