#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

TEST(PortraitsJob, WritesPortraitsAndSaysHowMany) {
  const TemporaryFolder folder;
  const std::string images = (folder / "images").string();
  const Json options = {{"size", 32}, {"count", 2}, {"output", images}};
  const Job& job = job_of("data portraits");
  Observer silent;
  EXPECT_EQ(job.plan(options, silent)["plan"], "would write " + images + ": 2 portraits\n");
  EXPECT_FALSE(std::filesystem::exists(images));

  const Json result = job.run(options, RunMode::fresh, silent);
  EXPECT_TRUE(finished(result));
  EXPECT_EQ(job.text(result), images + ": 2 portraits\n");
  EXPECT_TRUE(std::filesystem::exists(folder / "images/test_1.png"));

  StoppingObserver stops(1);
  const Json stopped = job.run(options, RunMode::fresh, stops);
  EXPECT_FALSE(finished(stopped));
  EXPECT_EQ(stopped["count"], 1);
  EXPECT_EQ(job.text(stopped), images + ": 1 of 2 portraits, interrupted\n");
}

TEST(PortraitsJob, PlansNothingThatItWouldRefuse) {
  Observer silent;
  const Json options = {{"size", 8}};
  const std::string planned =
      error_text<ConfigError>([&] { job_of("data portraits").plan(options, silent); });
  EXPECT_FALSE(planned.empty());
  EXPECT_EQ(planned, error_text<ConfigError>(
                         [&] { job_of("data portraits").run(options, RunMode::fresh, silent); }));
}

}  // namespace
}  // namespace sgilo
