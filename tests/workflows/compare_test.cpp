#include "sgilo/workflows/compare.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/data/image_io.h"
#include "sgilo/runs/run_folder.h"
#include "support/all_pixels.h"
#include "support/error_text.h"
#include "support/script_file.h"
#include "support/small_lpips.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSize = 16;

// Runs as 'sgilo solve' leaves them, whose restorations are the pictures themselves.
class Compare : public testing::Test {
 protected:
  Compare() {
    for (std::int64_t i = 0; i < 3; ++i) write_png(file("abc"[i]), pictures_[i]);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(char image) const { return path(std::string(1, image) + ".png"); }

  // A run of the images with these letters.
  std::string write_run(const std::string& name, const std::string& letters,
                        bool observed = false) {
    fs::create_directories(folder_ / name);
    Json images = Json::array();
    std::vector<Tensor> means;
    for (const char letter : letters) {
      images.push_back({{"name", std::string(1, letter)},
                        {"framing", to_json(center_square(kSize, kSize, kSize))}});
      means.push_back(pictures_[letter - 'a']);
    }
    const Tensor mean = torch::stack(means);
    write_safetensors(folder_ / name / "draws.safetensors",
                      {{"mean", mean}, {"best", mean}, {"last", mean.unsqueeze(1)}});
    const Json manifest = {{"format", "sgilo run 1"},
                           {"status", "finished"},
                           {"observed", observed},
                           {"images", images},
                           {"failures", Json::array()}};
    folder_.put(name + "/manifest.json", manifest.dump());
    return path(name);
  }
  CompareOptions with_output() const {
    CompareOptions options;
    options.output = path("metrics.csv");
    return options;
  }
  Comparison compare_to(const std::vector<std::string>& runs,
                        const std::vector<std::string>& reference) {
    CompareOptions options = with_output();
    options.runs = runs;
    options.reference = reference;
    return compare(options, observer_);
  }
  template <class E>
  std::string refused(const std::vector<std::string>& runs,
                      const std::vector<std::string>& reference) {
    return error_text<E>([&] { compare_to(runs, reference); });
  }

  TemporaryFolder folder_;
  StoppingObserver observer_;
  Tensor pictures_ = (smooth_pictures(3, kSize) * 100).round() / 127.5;
};

double mean_error(const std::vector<std::string>& row) { return std::stod(row[5]); }

TEST_F(Compare, AFolderOfRunsStandsForItsRuns) {
  write_run("rv/b", "b");
  write_run("rv/a", "a");
  folder_.put("rv/config.json", "{}");
  const auto expect_both = [&] {
    const Comparison found = compare_to({path("rv")}, {file('a'), file('b')});
    ASSERT_EQ(found.metrics.rows().size(), 6u);
    EXPECT_EQ(found.metrics.rows()[0][0], "rv/a");
    EXPECT_EQ(found.metrics.rows()[0][1], "a");
    EXPECT_EQ(found.metrics.rows()[3][0], "rv/b");
    EXPECT_EQ(found.metrics.rows()[3][1], "b");
    for (const auto& row : found.metrics.rows()) EXPECT_LT(mean_error(row), 1e-4);
    EXPECT_TRUE(found.differences.rows().empty());
  };
  expect_both();
  folder_.put("rv/manifest.json",
              R"({"format": "sgilo runs 1", "status": "finished", "runs": ["b", "a"]})");
  expect_both();
  EXPECT_TRUE(observer_.warnings.empty());
  folder_.put("rv/manifest.json", R"({"format": "sgilo runs 1", "runs": [1]})");
  EXPECT_EQ(refused<FormatError>({path("rv")}, {file('a')}),
            path("rv") + ": is not the folder of a finished run: its files contradict each other");
}

TEST_F(Compare, RunsOfAFolderWantTheirReferencesByNameOrInOrder) {
  write_run("rv/a", "a");
  EXPECT_EQ(refused<ConfigError>({path("rv")}, {file('b'), file('c')}),
            "reference must name 1 images in the order of the measurement for " + path("rv/a") +
                ", but names 2");
}

TEST_F(Compare, RunsOfTheSameImagesArePaired) {
  const std::string one = write_run("one", "ab"), two = write_run("two", "ab");
  const Comparison found = compare_to({one, two}, {file('a'), file('b')});
  ASSERT_FALSE(found.differences.rows().empty());
  EXPECT_EQ(found.differences.rows()[0][0], "two - one");
  EXPECT_EQ(folder_.get("metrics.csv"), found.metrics.csv());
}

TEST_F(Compare, LpipsIsAColumnWhenItsFilesAreGiven) {
  const std::string run = write_run("run", "ab");
  const LpipsWeights weights = random_small_lpips();
  write_safetensors(folder_ / "vgg.safetensors", weights.linear);
  write_safetensors(folder_ / "vgg16.safetensors", weights.backbone);
  CompareOptions options = with_output();
  options.runs = {run};
  options.reference = {file('a'), file('c')};  // the second is another picture
  options.lpips = path("vgg.safetensors");
  options.lpips_backbone = path("vgg16.safetensors");
  const Comparison found = compare(options, observer_);
  ASSERT_EQ(found.metrics.columns().back(), "lpips");
  ASSERT_EQ(found.summary.columns().back(), "lpips");
  const Lpips lpips = weights.lpips();
  const auto read = [&](char image) { return all_pixels(read_image(file(image))).unsqueeze(0); };
  const double same = lpips.distance(pictures_.narrow(0, 0, 1), read('a')).item<double>();
  const double other = lpips.distance(pictures_.narrow(0, 1, 1), read('c')).item<double>();
  EXPECT_GT(other, 100 * same);
  for (const std::size_t row : {0, 1, 2}) {
    EXPECT_NEAR(std::stod(found.metrics.rows()[row].back()), same, 1e-3 * same + 1e-9);
    EXPECT_NEAR(std::stod(found.metrics.rows()[row + 3].back()), other, 1e-3 * other);
    EXPECT_NEAR(std::stod(found.summary.rows()[row].back()), (same + other) / 2, 1e-3 * other);
  }
  EXPECT_EQ(compare_to({run}, options.reference).metrics.columns().back(), "mse");

  write_safetensors(folder_ / "vgg16.safetensors", weights.linear);
  EXPECT_EQ(error_text<FormatError>([&] { plan(options); }),
            "LPIPS of " + options.lpips + " and " + options.lpips_backbone +
                ": tensor 'features.0.weight' is missing");
  options.lpips_backbone = "";
  EXPECT_EQ(error_text<ConfigError>([&] { compare(options, observer_); }),
            "lpips_backbone must name the file of torchvision's VGG16 (vgg16-397923af.pth) when "
            "lpips is stated, but is empty");
}

TEST_F(Compare, TheFeaturesOfATrustedScriptAreAColumn) {
  write_script(folder_ / "features.pt",
               "def forward(self, x):\n  return x.mean([2, 3]) * self.scale\n");
  CompareOptions options = with_output();
  options.runs = {write_run("run", "ab")};
  options.reference = {file('a'), file('c')};
  options.feature_script = path("features.pt");
  EXPECT_NE(error_text<ConfigError>([&] { plan(options); }).find("state --trust"),
            std::string::npos);
  options.trust = true;
  const Comparison found = compare(options, observer_);
  ASSERT_EQ(found.metrics.columns().back(), "feature_cosine");
  const Tensor truth = all_pixels(read_image(file('c'))).mean({1, 2}),
               restored = pictures_[1].mean({1, 2});
  EXPECT_NEAR(std::stod(found.metrics.rows()[0].back()), 1, 1e-2);
  EXPECT_NEAR(std::stod(found.metrics.rows()[3].back()),
              torch::cosine_similarity(restored, truth, 0).item<double>(), 1e-3);
}

TEST_F(Compare, NothingOutsideOfAReceivedFolderIsReadOrWritten) {
  write_run("run", "a");
  fs::create_directory(folder_ / "received");
  folder_.put("received/manifest.json",
              R"({"format": "sgilo runs 1", "status": "finished", "runs": ["../run"]})");
  const auto refusal = [&] { return refused<FormatError>({path("received")}, {file('a')}); };
  EXPECT_NE(refusal().find("../run"), std::string::npos) << refusal();
  fs::remove(folder_ / "received/manifest.json");
  fs::rename(folder_ / "run", folder_ / "received/one");
  fs::create_symlink(folder_ / "outside.csv", folder_ / "received/metrics.csv");
  CompareOptions beside;  // the run, where no output is named
  beside.runs = {path("received")};
  beside.reference = {file('a')};
  const std::string text = error_text<FormatError>([&] { compare(beside, observer_); });
  EXPECT_NE(text.find("metrics.csv: is a symbolic link"), std::string::npos) << text;
  EXPECT_FALSE(fs::exists(folder_ / "outside.csv"));
}

TEST_F(Compare, AFolderThatHoldsNoRunIsRefused) {
  fs::create_directories(folder_ / "empty/inner");
  EXPECT_EQ(refused<FormatError>({path("empty")}, {file('a')}),
            path("empty") + ": is no run folder, manifest.json is missing");
  EXPECT_EQ(refused<FormatError>({path("none")}, {file('a')}),
            path("none") + ": there is no such run folder");
  EXPECT_EQ(refused<FormatError>({file('a')}, {file('a')}),
            file('a') + ": must be the folder of a run, as 'sgilo solve' leaves it, but is a file");
}

TEST_F(Compare, WarnsOfAReferenceOfAnotherName) {
  const std::string run = write_run("run", "ab");
  compare_to({run}, {file('a'), file('b')});
  EXPECT_TRUE(observer_.warnings.empty());
  compare_to({run}, {file('a'), file('c')});
  EXPECT_EQ(observer_.warnings,
            std::vector<std::string>{file('c') + ": is compared with the measured image 'b' of " +
                                     run + ", though its name differs"});
}

TEST_F(Compare, ObservedDataMayBeNamedOtherwise) {
  compare_to({write_run("run", "a", true)}, {file('c')});
  EXPECT_TRUE(observer_.warnings.empty());
}

TEST_F(Compare, LeavesOutAnImageWhoseEveryChainFailed) {
  const std::string one = write_run("one", "abc"), two = write_run("two", "abc");
  StateDict draws = read_safetensors(folder_ / "two/draws.safetensors").tensors;
  for (const char* name : {"mean", "best", "last"}) draws.at(name)[0].fill_(NAN);
  write_safetensors(folder_ / "two/draws.safetensors", draws);
  Json manifest = read_json_file(folder_ / "two/manifest.json");
  manifest["failures"] = {{{"image", "a"}, {"chain", 1}, {"reason", "diverged"}}};
  folder_.put("two/manifest.json", manifest.dump());
  const Comparison found = compare_to({one, two}, {file('a'), file('b'), file('c')});
  EXPECT_EQ(observer_.warnings,
            std::vector<std::string>{two + ": every chain of image 'a' failed; it has no scores, "
                                           "and the means leave it out"});
  for (std::size_t row = 9; row < 12; ++row) EXPECT_EQ(found.metrics.rows()[row][5], "");
  for (const auto& row : found.summary.rows()) EXPECT_NEAR(std::stod(row[4]), 0, 1e-4);
  EXPECT_EQ(found.differences.rows()[0][3], "0");
}

TEST_F(Compare, AReferenceOfAnotherSizeIsRefused) {
  write_png(folder_ / "small.png", torch::zeros({3, 12, 20}));
  const std::string run = write_run("run", "a");
  EXPECT_EQ(refused<FormatError>({run}, {path("small.png")}),
            path("small.png") +
                ": must be the image that was measured, of 16 x 16 pixels, but has 20 x 12");
  EXPECT_EQ(refused<FormatError>({write_run("seen", "a", true)}, {path("small.png")}), "");
}

TEST_F(Compare, WritesBesideTheRunUnlessAFileIsNamed) {
  const std::string one = write_run("one", "ab"), two = write_run("two", "ab");
  CompareOptions options;
  options.runs = {one + "/"};
  options.reference = {file('a'), file('b')};
  const Comparison found = compare(options, observer_);
  EXPECT_EQ(found.output, path("one") + "/metrics.csv");
  EXPECT_EQ(found.metrics.rows()[0][0], "one");  // not the empty name behind the slash
  EXPECT_EQ(folder_.get("one/metrics.csv"), found.metrics.csv());
  options.runs = {one, two};
  EXPECT_EQ(compare(options, observer_).output, path("one/comparison.csv"));
  EXPECT_EQ(folder_.get("one/metrics.csv"), found.metrics.csv());
}

TEST_F(Compare, ReplacesNothingButAnEarlierComparison) {
  const std::string run = write_run("run", "ab");
  folder_.put("metrics.csv", "my,own,numbers\n");
  EXPECT_EQ(refused<ConfigError>({run}, {file('a'), file('b')}),
            path("metrics.csv") +
                " holds something else than metrics of 'sgilo compare', and is not replaced; name "
                "another file with --output");
  EXPECT_EQ(folder_.get("metrics.csv"), "my,own,numbers\n");
  folder_.put("metrics.csv", "run,image,estimate,psnr\n");
  EXPECT_EQ(folder_.get("metrics.csv"), "run,image,estimate,psnr\n");
  compare_to({run}, {file('a'), file('b')});
  EXPECT_TRUE(folder_.get("metrics.csv").starts_with("run,image,estimate,psnr,ssim,mse\nrun,a,"));
  CompareOptions options = with_output();
  options.runs = {run};
  options.reference = {file('a'), file('b')};
  options.output = run;
  EXPECT_EQ(error_text<ConfigError>([&] { plan(options); }),
            run + ": cannot be written: it is a folder");
}

TEST_F(Compare, LeavesOutDamagedReferencesOfAFolderWithAWarningUnlessStrict) {
  fs::create_directory(folder_ / "true");
  for (const char image : std::string("ab")) fs::copy(file(image), folder_ / "true");
  folder_.put("true/0.png", folder_.get("a.png").substr(0, 60));
  CompareOptions options = with_output();
  options.runs = {write_run("run", "ab")};
  options.reference = {path("true")};
  EXPECT_EQ(compare(options, observer_).metrics.rows().size(), 6u);
  ASSERT_EQ(observer_.warnings.size(), 1u);
  EXPECT_TRUE(observer_.warnings[0].ends_with("; it is left out")) << observer_.warnings[0];
  options.strict = true;
  EXPECT_TRUE(error_text<FormatError>([&] {
                compare(options, observer_);
              }).starts_with(path("true/0.png") + ": is truncated: "));
}

TEST_F(Compare, NamesWithCommasAndQuotesAreCellsOfTheirOwn) {
  compare_to({write_run("a,\"b\"", "ab")}, {file('a'), file('b')});
  EXPECT_NE(folder_.get("metrics.csv").find("\n\"a,\"\"b\"\"\",a,mean,"), std::string::npos)
      << folder_.get("metrics.csv");
}

TEST_F(Compare, AScriptOfFeaturesThatIsNoneIsNamedBeforeTrustIsAskedFor) {
  CompareOptions options = with_output();
  options.runs = {write_run("run", "ab")};
  options.reference = {file('a'), file('b')};
  options.feature_script = path("y.safetensors");
  write_safetensors(options.feature_script, {{"y", torch::ones({1})}},
                    {{"format", "sgilo measurement 1"}});
  EXPECT_EQ(error_text<FormatError>([&] { plan(options); }),
            options.feature_script +
                ": is a measurement (safetensors), but a TorchScript file is meant, as "
                "torch.jit.save writes one; solve takes it, for example: sgilo solve " +
                options.feature_script + " -o run");
}

TEST_F(Compare, RefusesOptionsWithoutEffect) {
  CompareOptions options = with_output();
  options.runs = {write_run("run", "a")};
  options.reference = {file('a')};
  options.trust = true;
  EXPECT_EQ(error_text<ConfigError>([&] { plan(options); }),
            "trust has no effect without feature_script; leave it out");
  options.trust = false;
  options.seed = 5;
  EXPECT_EQ(
      error_text<ConfigError>([&] { plan(options); }),
      "seed has no effect on one run, as it draws the intervals of differences; leave it out");
}

TEST_F(Compare, DrawsOfAnotherShapeAreASentence) {
  const std::string run = write_run("run", "a");
  const auto refused_draws = [&](const Tensor& mean) {
    write_safetensors(folder_ / "run/draws.safetensors",
                      {{"mean", mean}, {"best", mean}, {"last", mean.unsqueeze(1)}});
    return refused<FormatError>({run}, {file('a')});
  };
  const std::string contradiction =
      run + ": is not the folder of a finished run: its files contradict each other";
  EXPECT_EQ(refused_draws(torch::zeros({1, 3, kSize, kSize / 2})), contradiction);
  EXPECT_EQ(refused_draws(torch::zeros({1, 3, 2 * kSize, 2 * kSize})), contradiction);
  EXPECT_EQ(refused_draws(torch::zeros({1, 1, kSize, kSize})),
            file('a') + ": has 3 channel(s), but the images of " + run + " have 1");
  EXPECT_NE(refused_draws(torch::zeros({2, 3, kSize, kSize})), "");
  EXPECT_NE(refused_draws(torch::zeros({1, 3})), "");
  EXPECT_NE(refused_draws(torch::zeros({1, 3, kSize, kSize}, torch::kInt64)), "");
}

}  // namespace
}  // namespace sgilo
