#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

TEST(InvertJob, PlansItsChunksAndWritesNothing) {
  const TemporaryFolder folder;
  write_tiny_model(folder / "model");
  Observer silent;
  const std::string plan = job_of("invert")
                               .plan({{"model", (folder / "model").string()},
                                      {"portraits", 40},
                                      {"evaluations", 1},
                                      {"shares", {1}},
                                      {"output", (folder / "latents").string()}},
                                     silent)
                               .value("plan", "");
  EXPECT_NE(plan.find("40 training portraits in 2 chunks, 0 of them done, about "),
            std::string::npos)
      << plan;
  EXPECT_FALSE(std::filesystem::exists(folder / "latents"));
}

TEST(InvertJob, TellsTheResidualOfEachStage) {
  Json result = {
      {"finished", true}, {"output", "latents"}, {"images", 40}, {"residual", {0.25, 0.125}}};
  EXPECT_EQ(job_of("invert").text(result),
            "latents: 40 inversions, residual (root mean square) styles 0.25, layer 1 0.125\n");
  result["finished"] = false;
  EXPECT_TRUE(job_of("invert").text(result).ends_with("; interrupted, the same command goes on\n"));
}

}  // namespace
}  // namespace sgilo
