#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "sgilo/runs/profile.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

const Json kStep = {{"preset", "default"},        {"chains", 4},
                    {"precision", "fp32"},        {"kernel", "fused"},
                    {"seconds", {0.2, 0.1, 0.3}}, {"limits", {0.1, 0.1, 0.1}},
                    {"peak_mib", 12.4},           {"ratio_to_limit", 2}};

TEST(BenchJob, PlansAndRefusesBeforeItTimes) {
  Observer silent;
  const Job& job = job_of("bench");
  EXPECT_EQ(job.plan({{"subject", "score"}}, silent)["plan"], "would time score for default\n");
  EXPECT_EQ(error_text<ConfigError>([&] {
              job.plan({{"subject", "load"}, {"chart", "a.svg"}}, silent);
            }),
            "chart is of subject step, but the subject is load");
}

TEST(BenchJob, TellsMediansBesideTheirLimits) {
  const std::string text = job_of("bench").text({{"rows", {kStep}}});
  EXPECT_EQ(
      text,
      "preset   chains  precision  kernel  seconds  least  most  limit  MiB  ratio_to_limit\n"
      "-------  ------  ---------  ------  -------  -----  ----  -----  ---  --------------\n"
      "default       4  fp32       fused       0.2    0.1   0.3    0.1   12               2\n");
}

TEST(BenchJob, TellsWhereTheTimeOfASolveGoes) {
  Json solve = kStep;
  for (const std::string_view part : kProfileParts) solve["profile"][std::string(part)] = 0.1;
  EXPECT_NE(job_of("bench").text({{"rows", {solve}}}).find("\ndefault, 4 chain(s), fp32, fused\n"),
            std::string::npos);
  EXPECT_EQ(job_of("bench").text({{"finished", false}}), "interrupted, nothing is written\n");
}

TEST(BenchJob, TellsThePublishedSecondsWhereTheyAreKnown) {
  Json known = kStep;
  known["published"] = 6.4;
  const std::string text = job_of("bench").text({{"rows", {known, kStep}}});
  EXPECT_NE(text.find("ratio_to_limit  published\n"), std::string::npos);
  EXPECT_NE(text.find("               2        6.4\n"), std::string::npos) << text;
}

TEST(BenchJob, TellsTheImagesAndThePartsOfATraining) {
  const Job& job = job_of("bench");
  Json train = kStep;
  train["images"] = 128;
  train["profile"] = {{"data", 0.1}, {"discriminator", 0.3}};
  const std::string text = job.text({{"rows", {train}}});
  EXPECT_NE(text.find("ratio_to_limit  images/s\n"), std::string::npos);
  EXPECT_NE(text.find("               2       640\n"), std::string::npos) << text;
  EXPECT_LT(text.find("discriminator      0.3  75 %"), text.find("data"));
  Observer silent;
  EXPECT_EQ(job.plan({{"subject", "train"}}, silent)["plan"], "would time train\n");
  EXPECT_EQ(error_text<ConfigError>([&] {
              job.plan({{"subject", "train"}, {"chains", {8}}}, silent);
            }),
            "chains has no effect on subject train; leave it out");
}

TEST(BenchJob, TellsTheAgreementOfGradients) {
  const Json row = {{"preset", "default"},  {"point", "start"},   {"way", "fused"},
                    {"against", "float64"}, {"variables", 9},     {"left_out", 1},
                    {"least_cosine", 0.5},  {"worst", "noise_3"}, {"largest_error", 0.25}};
  const std::string text = job_of("bench").text({{"rows", {row}}});
  EXPECT_NE(text.find("1-cosine"), std::string::npos);
  EXPECT_NE(text.find("noise_3"), std::string::npos);
}

}  // namespace
}  // namespace sgilo
