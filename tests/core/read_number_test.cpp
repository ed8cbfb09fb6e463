#include "sgilo/core/read_number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace sgilo {
namespace {

TEST(ReadNumber, TakesTheWholeTextOrNothing) {
  double real = 0;
  EXPECT_TRUE(read_number("-0.5", real));
  EXPECT_EQ(real, -0.5);
  EXPECT_TRUE(read_number("1e3", real));
  EXPECT_EQ(real, 1000);
  EXPECT_TRUE(read_number("nan", real));
  EXPECT_TRUE(std::isnan(real));
  for (const char* text : {"", " 1", "1 ", "+1", "1,5", "1x", "one", "0x10"})
    EXPECT_FALSE(read_number(text, real)) << text;
}

TEST(ReadNumber, RefusesWhatItsTypeCannotHold) {
  std::int64_t whole = 7;
  EXPECT_TRUE(read_number("-9223372036854775808", whole));
  for (const char* text : {"9223372036854775808", "1.5", "1e3"})
    EXPECT_FALSE(read_number(text, whole)) << text;
  double real = 0;
  EXPECT_FALSE(read_number("1e999", real));
}

}  // namespace
}  // namespace sgilo
