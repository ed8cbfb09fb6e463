#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(CompareJob, TellsTheMeansAndThePairedDifferences) {
  Json result = {
      {"output", "m.csv"},
      {"metrics", {{{"run", "12"}, {"image", "a"}, {"estimate", "mean"}, {"psnr", 24.5}}}},
      {"summary", {{{"run", "12"}, {"estimate", "mean"}, {"psnr", 24.512}, {"ssim", ""}}}},
      {"differences", Json::array()}};
  const Job& job = job_of("compare");
  EXPECT_EQ(job.text(result),
            "run  estimate    psnr  ssim\n---  --------  ------  ----\n 12  mean      24.512\n\n"
            "m.csv: 1 rows\n");
  result["differences"] = {{{"runs", "b - a"}, {"difference", 0.5}}};
  EXPECT_NE(job.text(result).find("\n\nPaired differences over the images, 95 % intervals:\nruns "),
            std::string::npos)
      << job.text(result);
}

TEST(CompareJob, MarksReferencesThatDoNotFit) {
  const Json result = {
      {"output", "m.csv"},
      {"misfits",
       {{{"run", "run"}, {"image", "a"}, {"file", "b.png"}, {"residual_over_noise", 40.5}}}},
      {"metrics", Json::array()},
      {"summary", {{{"run", "run"}, {"estimate", "mean"}}}},
      {"differences", Json::array()}};
  EXPECT_NE(job_of("compare").text(result).find(
                "\nDoubtful: b.png is hardly the image 'a' of run\n\nm.csv: 0 rows\n"),
            std::string::npos);
}

TEST(CompareJob, WantsRunsAndReferences) {
  Observer silent;
  const Job& job = job_of("compare");
  EXPECT_EQ(error_text<ConfigError>([&] { job.plan(Json::object(), silent); }),
            "runs must name at least one run folder, but is []");
  EXPECT_EQ(error_text<ConfigError>([&] {
              job.run({{"runs", {"run"}}}, RunMode::fresh, silent);
            }),
            "reference must name the true images, but is []");
}

}  // namespace
}  // namespace sgilo
