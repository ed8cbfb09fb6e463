#include "sgilo/runs/finished_run.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/runs/run_folder.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

class FinishedRunTest : public testing::Test {
 protected:
  FinishedRunTest() {
    std::filesystem::create_directory(folder_ / "run");
    put_manifest(manifest_);
    put_draws(draws_);
  }
  void put_manifest(const Json& manifest) const {
    folder_.put("run/manifest.json", manifest.dump());
  }
  void put_draws(const StateDict& draws) const {
    write_sealed(folder_ / "run/draws.safetensors", draws, {{"format", kDrawsFormat}}, "me");
  }
  FinishedRun read() const { return read_finished_run(folder_ / "run"); }
  std::string refusal() const {
    return error_text<FormatError>([&] { read(); });
  }
  std::string in(const char* file, const std::string& why) const {
    return concat((folder_ / "run" / file).string(), ": ", why);
  }

  TemporaryFolder folder_;
  Json manifest_ = {{"format", kRunFormat},
                    {"status", "finished"},
                    {"observed", false},
                    {"measurement_hash", "y"},
                    {"run", "me"},
                    {"images", {{{"name", "a"}, {"framing", to_json(center_square(4, 4, 4))}}}},
                    {"failures", {{{"image", "a"}, {"chain", 2}, {"reason", "nan"}}}}};
  StateDict draws_{{"mean", torch::zeros({1, 3, 4, 4})},
                   {"best", torch::zeros({1, 3, 4, 4})},
                   {"last", torch::zeros({1, 2, 3, 4, 4})}};
};

TEST_F(FinishedRunTest, IsReadAsItWasLeft) {
  const FinishedRun run = read();
  EXPECT_EQ(run.images, std::vector<std::string>{"a"});
  EXPECT_EQ(run.framings[0], center_square(4, 4, 4));
  EXPECT_EQ(run.measurement_hash, "y");
  EXPECT_EQ(run.healthy[0], (std::vector<bool>{true, false}));
  EXPECT_EQ(run.draws.size(), 3u);
}

TEST_F(FinishedRunTest, OfAnEarlierVersionHasNoSeal) {
  manifest_.erase("run");
  put_manifest(manifest_);
  write_safetensors(folder_ / "run/draws.safetensors", draws_, {{"format", "sgilo draws 1"}});
  EXPECT_EQ(read().draws.size(), 3u);
}

TEST_F(FinishedRunTest, NamesWhatItsManifestLacks) {
  for (const char* key : {"status", "observed", "images", "failures"}) {
    Json without = manifest_;
    without.erase(key);
    put_manifest(without);
    EXPECT_EQ(refusal(), in("manifest.json", concat("entry '", key, "' is missing")));
  }
  Json other = manifest_;
  other["failures"][0]["chain"] = 3;
  put_manifest(other);
  EXPECT_EQ(refusal(),
            in("manifest.json", "entry 'failures' names a chain that the run does not have"));
  other["status"] = "running";
  put_manifest(other);
  EXPECT_EQ(refusal(), in("manifest.json", "is not of a finished run"));
  folder_.put("run/manifest.json", "[]");
  EXPECT_EQ(refusal(), in("manifest.json", "entry 'status' is missing"));
}

TEST_F(FinishedRunTest, RefusesDrawsOfAnotherShape) {
  draws_["mean"] = torch::zeros({1, 3, 4, 5});
  put_draws(draws_);
  EXPECT_EQ(refusal(), in("draws.safetensors",
                          "tensor 'mean' must have shape [1, 3, 4, 4], but has [1, 3, 4, 5]"));
  draws_["last"] = torch::zeros({2, 2, 3, 4, 4});
  put_draws(draws_);
  EXPECT_EQ(refusal(), in("draws.safetensors",
                          "tensor 'last' must have shape [1, -1, -1, -1, -1], "
                          "but has [2, 2, 3, 4, 4]"));
  draws_.erase("best");
  put_draws(draws_);
  EXPECT_EQ(refusal(), in("draws.safetensors", "tensor 'best' is missing"));
}

TEST_F(FinishedRunTest, RefusesDrawsOfAnotherRun) {
  write_sealed(folder_ / "run/draws.safetensors", draws_, {{"format", kDrawsFormat}}, "another");
  EXPECT_EQ(refusal(), in("draws.safetensors",
                          "belongs to another run: of another measurement, model, seed or other "
                          "options; replace the run with --force"));
}

TEST_F(FinishedRunTest, FollowsNoLink) {
  std::filesystem::rename(folder_ / "run/draws.safetensors", folder_ / "elsewhere");
  std::filesystem::create_symlink(folder_ / "elsewhere", folder_ / "run/draws.safetensors");
  EXPECT_TRUE(refusal().starts_with(in("draws.safetensors", "is a symbolic link"))) << refusal();
}

TEST_F(FinishedRunTest, NamesOfImagesCanBeShown) {
  for (const char* name : {"\u009b31m", "\u202egnp", "a/b", ""}) {
    Json manifest = read_json_file(folder_ / "run/manifest.json");
    manifest["images"][0]["name"] = name;
    folder_.put("run/manifest.json", manifest.dump());
    EXPECT_NE(refusal().find("cannot name an image"), std::string::npos) << refusal();
  }
}

}  // namespace
}  // namespace sgilo
