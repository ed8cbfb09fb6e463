#include "sgilo/cli/quiet_decoding.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace sgilo {
namespace {

// What reaches stderr while a codec prints through the guard in place.
std::string heard() {
  const DecodeGuard guard = set_decode_guard({});
  const auto print = [] { std::fputs("libpng warning\n", stderr); };
  testing::internal::CaptureStderr();
  if (guard)
    guard(print);
  else
    print();
  std::fputs("own words\n", stderr);
  set_decode_guard(guard);
  return testing::internal::GetCapturedStderr();
}

TEST(QuietDecoding, KeepsTheWordsOfCodecsFromStderrWhileItLives) {
  EXPECT_EQ(heard(), "libpng warning\nown words\n");
  {
    const QuietDecoding quiet;
    EXPECT_EQ(heard(), "own words\n");
  }
  EXPECT_EQ(heard(), "libpng warning\nown words\n");
}

}  // namespace
}  // namespace sgilo
