#include "sgilo/solvers/schedule.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(Schedule, SharesEvaluationsAmongRounds) {
  const Schedule schedule({make_stage(0, 20, 5, 0.2), make_stage(2, 41, 5, 0.5)});
  EXPECT_EQ(schedule.steps(), 4 + 8);
  std::int64_t first = 0, second = 0;
  for (std::int64_t step = 0; step < schedule.steps(); ++step) {
    const Moment now = schedule.at(step);
    (now.stage.layer == 0 ? first : second) += now.evaluations;
    EXPECT_EQ(now.number, step < 4 ? 0u : 1u);
    EXPECT_EQ(now.round, step < 4 ? step : step - 4);
  }
  EXPECT_EQ(first, 20);
  EXPECT_EQ(second, 41);
}

TEST(Schedule, IsHotUntilTheWarmUpEnds) {
  const Schedule schedule({make_stage(0, 10, 1, 0.4)});
  EXPECT_EQ(schedule.at(0).heat(), 1);
  EXPECT_EQ(schedule.at(2).heat(), 0.5);
  EXPECT_EQ(schedule.at(4).heat(), 0);
  EXPECT_EQ(schedule.at(9).heat(), 0);
  EXPECT_EQ(schedule.at(5).done(), 0.5);
}

TEST(Schedule, SpreadsDrawsOverTheLastStagesOpenRounds) {
  const Schedule schedule({make_stage(0, 5, 1, 0), make_stage(1, 10, 1, 0.2)}, 0, 4);
  std::vector<std::int64_t> kept;
  for (std::int64_t step = 0; step < schedule.steps(); ++step)
    if (schedule.at(step).keeps_draw) kept.push_back(step);
  EXPECT_EQ(kept, (std::vector<std::int64_t>{8, 10, 12, 14}));
}

TEST(Schedule, IsCoarseInTheRoundsThatBeginWithinItsEvaluations) {
  const Schedule schedule({make_stage(0, 20, 5, 0), make_stage(1, 20, 5, 0)}, 6);
  std::vector<bool> coarse, leaves;
  for (std::int64_t step = 0; step < 5; ++step) {
    coarse.push_back(schedule.at(step).coarse);
    leaves.push_back(schedule.at(step).leaves_coarse);
  }
  EXPECT_EQ(coarse, (std::vector<bool>{true, true, false, false, false}));
  EXPECT_EQ(leaves, (std::vector<bool>{false, false, true, false, false}));
}

TEST(Schedule, OfStepsHasAStageForEachLayer) {
  const Schedule schedule(stages_of_steps({2, 3}));
  EXPECT_EQ(schedule.steps(), 5);
  EXPECT_EQ(schedule.at(2).stage.layer, 1);
  EXPECT_EQ(schedule.at(4).round, 2);
  EXPECT_EQ(schedule.at(5).stage.layer, 1);  // beyond the end: still the last
  EXPECT_FALSE(schedule.at(3).keeps_draw);
  EXPECT_TRUE(schedule.at(4).keeps_draw);
}

}  // namespace
}  // namespace sgilo
