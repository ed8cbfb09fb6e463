#include "sgilo/machine/stopwatch.h"

#include <gtest/gtest.h>

#include <string>

namespace sgilo {
namespace {

TEST(Stopwatch, TheMedianOfAnEvenNumberLiesBetween) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(median({}), 0);
}

TEST(Stopwatch, SeesTheMostMemoryOfACall) {
  reset_peak_memory();
  const double before = resident_mib();
  { const std::string large(100 << 20, 'x'); }
  EXPECT_NEAR(peak_mib() - before, 100, 10);
  EXPECT_LT(resident_mib() - before, 10);
}

}  // namespace
}  // namespace sgilo
