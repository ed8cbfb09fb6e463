#include "sgilo/experiments/theory/theory_run.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(TheoryRun, TellsWhatItCannotJudgeAtOtherSizes) {
  TheoryOptions options;
  Observer silent;
  TheoryRun run(options, silent);
  run.add_known(check_near("D1", "", 1, 1, 0.1));
  options.depth = 3;
  run.add_known(check_near("D1", "", 1, 2, 0.1));
  run.add(check_near("D1", "", 1, 2, 0.1));
  ASSERT_EQ(run.checks().size(), 3U);
  EXPECT_EQ(run.checks()[0].verdict, Verdict::holds);
  EXPECT_EQ(run.checks()[1].verdict, Verdict::told);
  EXPECT_EQ(run.checks()[1].seen, "2");
  EXPECT_EQ(run.checks()[2].verdict, Verdict::fails);
}

TEST(TheoryRun, ChecksTheQuickStatementsUnlessItIsFull) {
  TheoryOptions options;
  Observer silent;
  const TheoryRun run(options, silent);
  EXPECT_TRUE(run.checks("D1"));
  EXPECT_FALSE(run.checks("D2"));
  options.full = true;
  EXPECT_TRUE(run.checks("D2"));
}

}  // namespace
}  // namespace sgilo
