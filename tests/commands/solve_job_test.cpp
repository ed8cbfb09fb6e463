// A run through jobs alone: planned, stopped, resumed, compared.
#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "sgilo/commands/options_file.h"
#include "sgilo/data/image_io.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

class SolveJob : public testing::Test {
 protected:
  SolveJob() {
    write_tiny_model(folder_ / "model");
    write_png(folder_ / "face.png", smooth_pictures(1, 16)[0]);
    Observer silent;
    job_of("measure").run({{"images", {path("face.png")}},
                           {"size", 16},
                           {"operator", {{"kind", "inpaint"}, {"keep", 0.5}}},
                           {"output", path("y.safetensors")}},
                          RunMode::fresh, silent);
    options_ = {{"measurement", path("y.safetensors")},
                {"model", path("model")},
                {"solver", {{"kind", "csgm"}, {"chains", 2}, {"evaluations", 5}}},
                {"output", path("run")}};
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  const Job& job_ = job_of("solve");
  TemporaryFolder folder_;
  Json options_;
};

TEST_F(SolveJob, PlansWhatARunCostsAndWritesNothing) {
  Observer silent;
  const Json planned = job_.plan(options_, silent);
  EXPECT_GT(planned["seconds"], 0);
  EXPECT_GT(planned["memory_mib"], 0);
  EXPECT_NE(planned.value("plan", "").find("would write " + path("run")), std::string::npos);
  EXPECT_FALSE(fs::exists(path("run")));
}

TEST_F(SolveJob, IsStoppedResumedAndCompared) {
  StoppingObserver stops(1);
  const Json stopped = job_.run(options_, RunMode::fresh, stops);
  EXPECT_FALSE(finished(stopped));
  EXPECT_EQ(
      job_.text(stopped),
      "interrupted, the state is saved; go on with: sgilo solve --resume " + path("run") + "\n");
  Observer silent;
  EXPECT_EQ(error_text<ConfigError>([&] { job_.run(options_, RunMode::fresh, silent); }),
            path("run") +
                " holds an unfinished run; name another folder, replace it with --force or go on "
                "with --resume " +
                path("run"));
  const Json result = job_.run(options_of_run(path("run")), RunMode::resume, silent);
  EXPECT_TRUE(finished(result));
  EXPECT_EQ(result["status"], "finished");
  EXPECT_EQ(result["output"], path("run"));
  EXPECT_TRUE(job_.text(result).starts_with(path("run") + ": 1 image(s), csgm"))
      << job_.text(result);

  const Job& compare = job_of("compare");
  const Json comparison = {
      {"runs", {path("run")}}, {"reference", {path("face.png")}}, {"output", path("metrics.csv")}};
  EXPECT_EQ(
      compare.plan(comparison, silent)["plan"],
      "run " + path("run") + "\n1 reference image(s)\nwould write " + path("metrics.csv") + "\n");
  EXPECT_FALSE(fs::exists(path("metrics.csv")));
  const Json compared = compare.run(comparison, RunMode::fresh, silent);
  EXPECT_TRUE(fs::exists(path("metrics.csv")));
  EXPECT_EQ(compared["metrics"].size(), 3u);
  EXPECT_EQ(compared["metrics"][0]["run"], "run");
  EXPECT_TRUE(compared["metrics"][0]["psnr"].is_number());
  EXPECT_TRUE(compared["differences"].empty());
  const std::string text = compare.text(compared);
  EXPECT_TRUE(text.starts_with("run ")) << text;
  EXPECT_TRUE(text.ends_with("\n" + path("metrics.csv") + ": 3 rows\n")) << text;
}

}  // namespace
}  // namespace sgilo
