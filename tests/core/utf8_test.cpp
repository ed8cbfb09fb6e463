#include "sgilo/core/utf8.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(Utf8, IsKnown) {
  for (const char* valid :
       {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(valid)) << valid;
  for (const char* invalid :
       {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"})
    EXPECT_FALSE(is_utf8(invalid)) << invalid;
}

}  // namespace
}  // namespace sgilo
