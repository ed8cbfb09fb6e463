#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(TrainJobs, PlanFromTheirStateAndWriteNothing) {
  const TemporaryFolder folder;
  Observer silent;
  for (const char* name : {"train generator", "train classifier"}) {
    const Json options = {{"state", (folder / "state").string()},
                          {"output", (folder / "model").string()}};
    const std::string plan = job_of(name).plan(options, silent).value("plan", "");
    EXPECT_NE(plan.find("from step 0"), std::string::npos) << plan;
  }
  EXPECT_EQ(folder.count(), 0);
}

TEST(TrainJobs, WriteNothingIntoTheShippedModelsUnasked) {
  for (const char* name : {"train generator", "train classifier", "train score"})
    for (const OptionEntry& entry : job_of(name).table)
      if (entry.path == "output" || entry.path == "model" || entry.path == "state") {
        EXPECT_FALSE(entry.default_value.dump().starts_with("\"models/")) << name;
      }
}

TEST(TrainJobs, HaveOneSeed) {
  for (const char* name : {"train generator", "train classifier", "train score"}) {
    int seeds = 0;
    for (const OptionEntry& entry : job_of(name).table) seeds += entry.path.ends_with("seed");
    EXPECT_EQ(seeds, 1) << name;
  }
}

TEST(TrainJobs, SayWhatBecameOfTheEarlierPart) {
  const Json result = {{"layer", 0}, {"model", "m"}, {"note", "m: keeps its style_prior"}};
  EXPECT_EQ(job_of("train score").text(result),
            "m: style prior fitted\nm: keeps its style_prior\n");
}

TEST(TrainJobs, TellTheirResults) {
  const std::string interrupted = "interrupted, the state is saved; the same command goes on\n";
  for (const char* name : {"train generator", "train classifier", "train score"})
    EXPECT_EQ(job_of(name).text({{"finished", false}}), interrupted);
  EXPECT_EQ(job_of("train generator")
                .text({{"output", "models/mine"},
                       {"images", 64000},
                       {"frechet", {{"distance", 3.25}, {"floor", 0.5}, {"ruler", 7.5}}}}),
            "models/mine: generator after 64000 images; Frechet distance 3.25 (portraits against "
            "portraits 0.5, slightly blurred 7.5)\n");
  const std::string scores =
      job_of("train classifier")
          .text({{"accuracy", {{"hair", 0.98765}}}, {"r_squared", {{"yaw", 0.5}}}});
  EXPECT_NE(scores.find("0.9877"), std::string::npos) << scores;
  EXPECT_EQ(job_of("train score").text({{"layer", 0}, {"model", "m"}}), "m: style prior fitted\n");
  EXPECT_TRUE(job_of("train score")
                  .text({{"layer", 2},
                         {"validation", {{{"std", 0.1}, {"denoised", 0.05}, {"undenoised", 0.1}}}}})
                  .starts_with("std "));
}

}  // namespace
}  // namespace sgilo
