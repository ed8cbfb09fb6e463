#include "sgilo/runs/run_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

const Json kConfig = {{"solver", {{"kind", "sgilo"}, {"chains", 2}}}, {"threads", 1}};
const std::vector<std::string> kFree = {"threads"};

RunFolder opened(const fs::path& path, RunMode mode, const Json& config = kConfig) {
  return RunFolder(path, mode, config, kFree);
}

// The sentence with which a folder is refused.
std::string refusal(const fs::path& path, RunMode mode, const Json& config = kConfig) {
  return error_text<ConfigError>([&] { opened(path, mode, config); });
}

Json manifest_of(const fs::path& path) { return read_json_file(path / "manifest.json"); }

Json manifest_that_is(const char* status) {
  return {{"format", kRunFormat}, {"status", status}, {"number", 1}};
}

class RunFolderTest : public ::testing::Test {
 protected:
  void make_run(bool finished) const {
    const RunFolder run = opened(path_, RunMode::fresh);
    fs::create_directory(path_ / "state");
    put("state/solver.safetensors", "state");
    put("mean.png", "first");
    put("trace_1.csv", "first");
    if (finished)
      run.finish(manifest_that_is("finished"));
    else
      run.write_manifest(manifest_that_is("running"));
  }
  void put(std::string_view name, std::string_view content) const {
    folder_.put("run/" + std::string(name), content);
  }
  bool has(const char* name) const { return fs::exists(path_ / name); }

  const TemporaryFolder folder_;
  const fs::path path_ = folder_ / "run";
};

TEST_F(RunFolderTest, IsMadeWithItsConfigurationAndAFirstManifest) {
  const RunFolder run = opened(folder_ / "a/b", RunMode::fresh);
  EXPECT_EQ(read_json_file(run.path() / "config.json"), kConfig);
  EXPECT_EQ(manifest_of(run.path()), (Json{{"format", kRunFormat}, {"status", "begun"}}));
  EXPECT_TRUE(run.earlier_manifest().is_null());
  EXPECT_FALSE(run.finished());
}

TEST_F(RunFolderTest, KeepsItsResultsAloneOnceItIsFinished) {
  make_run(true);
  EXPECT_EQ(manifest_of(path_), manifest_that_is("finished"));
  EXPECT_TRUE(has("mean.png") && has("trace_1.csv") && has("config.json"));
  EXPECT_FALSE(has("state") || has("replaced"));
}

TEST_F(RunFolderTest, IsNeverReplacedUnasked) {
  for (const bool finished : {false, true}) {
    fs::remove_all(path_);
    make_run(finished);
    EXPECT_EQ(refusal(path_, RunMode::fresh),
              concat(path_.string(), " holds ", finished ? "a finished" : "an unfinished",
                     " run; name another folder, replace it with --force or go on with --resume ",
                     path_.string()));
    EXPECT_EQ(folder_.get("run/mean.png"), "first");
  }
}

TEST_F(RunFolderTest, IsOfOneProcessAtATime) {
  const RunFolder run = opened(path_, RunMode::fresh);
  for (const RunMode mode : {RunMode::fresh, RunMode::force, RunMode::resume})
    EXPECT_EQ(refusal(path_, mode), concat(path_.string(), " is in use by process ", ::getpid(),
                                           "; wait until it ends, or name another folder"));
  EXPECT_EQ(manifest_of(path_)["status"], "begun");
}

TEST_F(RunFolderTest, KeepsAFinishedRunAsideUntilTheNewOneIsFinished) {
  make_run(true);
  {
    const RunFolder run = opened(path_, RunMode::force);
    EXPECT_TRUE(run.earlier_manifest().is_null());
    EXPECT_EQ(folder_.get("run/replaced/mean.png"), "first");
    EXPECT_EQ(manifest_of(path_ / "replaced"), manifest_that_is("finished"));
    EXPECT_FALSE(has("mean.png") || has("trace_1.csv"));
    put("mean.png", "second");
  }
  {
    // The second run was not finished: the third replaces it, and the first stays aside.
    const RunFolder run = opened(path_, RunMode::force);
    EXPECT_FALSE(has("mean.png"));
    EXPECT_EQ(folder_.get("run/replaced/mean.png"), "first");
    run.finish(manifest_that_is("finished"));
  }
  EXPECT_FALSE(has("replaced"));
}

TEST_F(RunFolderTest, ReplacesWhatAMoveThatWasCutOffHasLeft) {
  make_run(true);
  fs::create_directory(path_ / "replaced");
  fs::rename(path_ / "mean.png", path_ / "replaced/mean.png");
  const RunFolder run = opened(path_, RunMode::force);
  for (const char* name : {"mean.png", "trace_1.csv", "config.json", "manifest.json"})
    EXPECT_TRUE(fs::exists(path_ / "replaced" / name)) << name;
}

TEST_F(RunFolderTest, LeavesFilesThatAreOfNoRun) {
  fs::create_directory(path_);
  put("notes.txt", "mine");
  { const RunFolder run = opened(path_, RunMode::fresh); }
  const RunFolder run = opened(path_, RunMode::force);
  EXPECT_EQ(folder_.get("run/notes.txt"), "mine");
}

TEST_F(RunFolderTest, RefusesFilesThatHaveTheNamesOfARunsButAreOfNone) {
  fs::create_directory(path_);
  put("mean.png", "mine");
  put("trace_9.csv", "mine");
  for (const RunMode mode : {RunMode::fresh, RunMode::force})
    EXPECT_EQ(refusal(path_, mode),
              concat(path_.string(),
                     " holds files that are not of a run (mean.png, trace_9.csv); "
                     "name another folder"));
  put("manifest.json", "{\"format\": \"another program's\"}");
  EXPECT_EQ(refusal(path_, RunMode::force),
            concat(path_.string(),
                   " holds files that are not of a run (mean.png, trace_9.csv, "
                   "manifest.json); name another folder"));
  EXPECT_EQ(folder_.get("run/mean.png"), "mine");
}

TEST_F(RunFolderTest, ResumesWithFilesAndManifestAsTheyWere) {
  make_run(false);
  Json config = kConfig;
  config["threads"] = 8;
  const RunFolder run = opened(path_, RunMode::resume, config);
  EXPECT_EQ(run.earlier_manifest(), manifest_that_is("running"));
  EXPECT_EQ(manifest_of(path_), manifest_that_is("running"));
  EXPECT_EQ(folder_.get("run/state/solver.safetensors"), "state");
  EXPECT_EQ(read_json_file(path_ / "config.json"), kConfig);
}

TEST_F(RunFolderTest, SaysWhichOptionAResumedRunWouldChange) {
  make_run(false);
  Json config = kConfig;
  config["solver"]["chains"] = 3;
  EXPECT_EQ(refusal(path_, RunMode::resume, config),
            concat(path_.string(),
                   ": a resumed run keeps its options, but solver.chains was 2 and now is 3"));
  config = kConfig;
  config["seed"] = "new";
  EXPECT_EQ(refusal(path_, RunMode::resume, config),
            concat(path_.string(),
                   ": a resumed run keeps its options, but seed was null and now is \"new\""));
  config = kConfig;
  config["solver"].erase("chains");
  EXPECT_EQ(refusal(path_, RunMode::resume, config),
            concat(path_.string(),
                   ": a resumed run keeps its options, but solver.chains was 2 and now is null"));
}

TEST_F(RunFolderTest, ResumesNothingWhereThereIsNoRun) {
  const std::string expected = path_.string() + " holds no run that could be resumed";
  EXPECT_EQ(refusal(path_, RunMode::resume), expected);
  EXPECT_FALSE(fs::exists(path_));
  make_run(false);
  fs::remove(path_ / "config.json");
  EXPECT_EQ(refusal(path_, RunMode::resume), expected);
  put("config.json", "{}");
  put("manifest.json", "[]");
  EXPECT_EQ(refusal(path_, RunMode::resume), expected);
}

TEST_F(RunFolderTest, KnowsWhetherItHoldsARunOfAConfiguration) {
  EXPECT_FALSE(RunFolder::holds(path_, kConfig, kFree));
  make_run(true);
  Json config = kConfig;
  config["threads"] = 8;
  EXPECT_TRUE(RunFolder::holds(path_, config, kFree));
  EXPECT_FALSE(RunFolder::holds(path_, config, {}));
  config["solver"]["kind"] = "csgm";
  EXPECT_FALSE(RunFolder::holds(path_, config, kFree));
}

TEST_F(RunFolderTest, NamesADamagedManifest) {
  make_run(false);
  put("manifest.json", "{\"format\": ");
  EXPECT_TRUE(error_text<FormatError>([&] {
                opened(path_, RunMode::force);
              }).starts_with((path_ / "manifest.json").string() + ": "));
}

}  // namespace
}  // namespace sgilo
