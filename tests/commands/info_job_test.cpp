#include <gtest/gtest.h>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/commands/jobs.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

TEST(InfoJob, SaysWhatTheProgramRunsOn) {
  Observer silent;
  const Job& job = job_of("info");
  const Json result = job.run(Json::object(), RunMode::fresh, silent);
  EXPECT_TRUE(result.contains("libtorch"));
  EXPECT_NE(job.text(result).find("libtorch      "), std::string::npos);
  EXPECT_EQ(job.plan(Json::object(), silent)["plan"], "would say what this program runs on\n");
}

TEST(InfoJob, ListsTheTensorsOfAFile) {
  const TemporaryFolder folder;
  const std::string file = (folder / "w.safetensors").string();
  write_safetensors(file, {{"a", torch::ones({2})}, {"b", torch::ones({3})}});
  Observer silent;
  const Job& job = job_of("info");
  const Json result = job.run({{"file", file}, {"rows", 1}}, RunMode::fresh, silent);
  EXPECT_EQ(result["tensors"]["b"]["shape"], Json({3}));
  EXPECT_TRUE(
      job.text(result).ends_with("    a  float32  [2]\n    and 1 more (--rows 0 lists all)\n"));
  EXPECT_EQ(job.plan({{"file", file}}, silent)["plan"], "would say what is in " + file + "\n");
  EXPECT_NE(error_text<FormatError>([&] {
              job.run({{"file", "none"}}, RunMode::fresh, silent);
            }),
            "");
}

TEST(InfoJob, DescribesAModelFolder) {
  const TemporaryFolder folder;
  const std::string model = write_tiny_model(folder / "model").string();
  Observer silent;
  const Job& job = job_of("info");
  const Json result = job.run({{"file", model}}, RunMode::fresh, silent);
  EXPECT_EQ(result["format"], "model folder");
  EXPECT_EQ(result["parts"][0]["name"], "generator");
  EXPECT_TRUE(job.text(result).starts_with(model + "\n  format   model folder\n"));
}

}  // namespace
}  // namespace sgilo
