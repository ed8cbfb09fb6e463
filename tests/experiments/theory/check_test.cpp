#include "sgilo/experiments/theory/check.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

TEST(TheoryCheck, HoldsWithinItsTolerance) {
  EXPECT_EQ(check_near("D1", "", 2, 2.19, 0.1).verdict, Verdict::holds);
  EXPECT_EQ(check_near("D1", "", 2, 2.21, 0.1).verdict, Verdict::fails);
  EXPECT_EQ(check_near("D1", "", -2, -1.79, 0.1).verdict, Verdict::fails);
  EXPECT_EQ(check_within("D1", "", 0, 1e-3, 1e-3).verdict, Verdict::holds);
  EXPECT_EQ(check_between("D1", "", 1, 2, 2.5).verdict, Verdict::fails);
  EXPECT_EQ(check_at_most("D1", "", 1, 1).verdict, Verdict::holds);
  EXPECT_EQ(check_at_least("D1", "", 1, 0.9).verdict, Verdict::fails);
}

TEST(TheoryCheck, FailsWhereNothingCanBeSeen) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(check_near("D1", "", 2, nan, 0.1).verdict, Verdict::fails);
  EXPECT_EQ(check_between("D1", "", 1, 2, nan).verdict, Verdict::fails);
  EXPECT_EQ(check_at_most("D1", "", 1, nan).verdict, Verdict::fails);
}

TEST(TheoryCheck, RefutesOnlyWhatIsSeenToFail) {
  EXPECT_EQ(refuting(check_at_least("D10", "", 0.9, 1)).verdict, Verdict::refuted);
  EXPECT_EQ(refuting(check_at_least("D10", "", 0.9, 0)).verdict, Verdict::fails);
}

TEST(TheoryCheck, SaysWhatWasExpectedAndSeen) {
  const TheoryCheck check = check_between("S1", "slope", 0.85, 1.2, 1.031);
  EXPECT_EQ(check.expected, "in [0.85, 1.2]");
  EXPECT_EQ(check.seen, "1.031");
  EXPECT_EQ(check_near("S1", "", 0.0054, 0.005251, 0.12).tolerance, "12 %");
}

TEST(TheoryClaims, HaveOneIdEach) {
  std::set<std::string_view> ids;
  for (const TheoryClaim& claim : theory_claims()) {
    EXPECT_TRUE(ids.insert(claim.id).second) << claim.id;
    EXPECT_FALSE(claim.claim.empty() || claim.place.empty()) << claim.id;
  }
  EXPECT_EQ(ids.size(), 49U);
  EXPECT_THROW(theory_claim("Z9"), Error);
}

}  // namespace
}  // namespace sgilo
