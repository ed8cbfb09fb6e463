#include "sgilo/training/training_output.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/environment.h"
#include "support/error_text.h"
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

TEST(TrainingOutput, StateLiesInAnotherFolderThanTheModel) {
  EXPECT_EQ(error_text<ConfigError>([] { state_folder("out/", "out", "generator"); }),
            "state must be another folder than the model's, but both are out/");
}

TEST(TrainingOutput, StateOfAModelDoesNotLeaveItsFolder) {
  const Environment unset("SGILO_STATE_DIR", "");
  const TemporaryFolder folder, elsewhere;
  std::filesystem::create_directory_symlink(elsewhere.path(), folder / "training");
  EXPECT_EQ(error_text<FormatError>([&] { state_folder("", folder.path(), "generator"); }),
            (folder / "training").string() +
                ": is a symbolic link, and none is followed inside a model folder; name the folder "
                "of the state with --state");
}

TEST(TrainingOutput, ThePlanOfANewRunBeginsAtStepZero) {
  const TemporaryFolder folder;
  EXPECT_EQ(training_plan(folder.path(), {{"seed", 1}}, 20000, 64),
            "from step 0 to 20000 of 64 examples, state in " + folder.path().string());
}

TEST(TrainingOutput, TheStepsAskedForLieNotBehindThoseTaken) {
  EXPECT_EQ(error_text<ConfigError>([] { require_steps_left("state", 200, 100); }),
            "state: has taken 200 steps, more than the 100 that are asked for; ask for at least "
            "200");
}

}  // namespace
}  // namespace sgilo
