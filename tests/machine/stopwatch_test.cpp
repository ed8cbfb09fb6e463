#include "sgilo/machine/stopwatch.h"

#include <gtest/gtest.h>

#include <string>

#include "sgilo/machine/sanitized.h"

namespace sgilo {
namespace {

TEST(Stopwatch, TheMedianOfAnEvenNumberLiesBetween) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(median({}), 0);
}

#ifndef SGILO_SANITIZED  // which keep what is freed for a while
TEST(Stopwatch, SeesTheMostMemoryOfACall) {
  reset_peak_memory();
  const double before = resident_mib();
  { const std::string large(100 << 20, 'x'); }
  EXPECT_NEAR(peak_mib() - before, 100, 10);
  EXPECT_LT(resident_mib() - before, 10);
}
#endif

}  // namespace
}  // namespace sgilo
