#include "sgilo/training/training_output.h"

#include <gtest/gtest.h>

#include "support/environment.h"
#include "support/skip_without_gnuplot.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(TrainingOutput, StateLiesWhereItIsStatedOrWhereTheEnvironmentSays) {
  {
    const Environment unset("SGILO_STATE_DIR", "");
    EXPECT_EQ(state_folder("", "out", "generator"), "out/training/generator");
  }
  const Environment set("SGILO_STATE_DIR", "/state");
  EXPECT_EQ(state_folder("", "out", "generator"), "/state/generator");
  EXPECT_EQ(state_folder("here", "out", "generator"), "here");
}

TEST(TrainingOutput, ThePlanOfANewRunBeginsAtStepZero) {
  const TemporaryFolder folder;
  EXPECT_EQ(training_plan(folder.path(), 20000, 64),
            "from step 0 to 20000 of 64 examples, state in " + folder.path().string());
}

TEST(TrainingOutput, DrawsAPanelForEachQuantityOfTheLog) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  folder.put("log.csv", "step,seconds,quantity,value\n");
  draw_training_log(folder.path());
  EXPECT_EQ(folder.count(), 1);  // nothing to draw yet
  folder.put("log.csv",
             "step,seconds,quantity,value\n1,0.5,loss_a,2\n1,0.5,r1,nan\n2,1.0,loss_a,1\n");
  draw_training_log(folder.path());
  EXPECT_EQ(folder.count(), 2);
  const std::string svg = folder.get("log.svg");
  EXPECT_NE(svg.find(">loss_a</text>"), std::string::npos);
  EXPECT_NE(svg.find(">r1</text>"), std::string::npos);
}

}  // namespace
}  // namespace sgilo
