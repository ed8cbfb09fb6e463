#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

TEST(SampleJob, DrawsIntoAPicture) {
  const TemporaryFolder folder;
  write_tiny_model(folder / "model");
  const std::string picture = (folder / "s.png").string();
  Json options = {{"model", (folder / "model").string()}, {"count", 2}, {"output", picture}};
  const Job& job = job_of("sample");
  Observer silent;
  EXPECT_NE(job.plan(options, silent).value("plan", "").find("would write " + picture),
            std::string::npos);
  StoppingObserver stops(0);
  const Json stopped = job.run(options, RunMode::fresh, stops);
  EXPECT_FALSE(finished(stopped));
  EXPECT_EQ(job.text(stopped), "interrupted, nothing is written\n");
  EXPECT_FALSE(std::filesystem::exists(picture));

  const Json result = job.run(options, RunMode::fresh, silent);
  EXPECT_TRUE(std::filesystem::exists(picture));
  EXPECT_EQ(job.text(result), picture + ": 2 samples\n");

  options["layer"] = 2;
  EXPECT_EQ(error_text<ConfigError>([&] { job.plan(options, silent); }),
            "layer must be 0 or one with a score network (1), but is 2");
}

TEST(SampleJob, TellsAFrechetDistanceWithItsScale) {
  const Json result = {
      {"output", "s.png"},
      {"count", 16},
      {"frechet", {{"images", 1000}, {"distance", 3.25}, {"floor", 0.5}, {"ruler", 7.5}}}};
  EXPECT_EQ(job_of("sample").text(result),
            "s.png: 16 samples\nFrechet distance 3.25 over 1000 images (portraits against "
            "portraits 0.5, slightly blurred 7.5)\n");
}

}  // namespace
}  // namespace sgilo
