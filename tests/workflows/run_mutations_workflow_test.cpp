// Run folders that were damaged or made by somebody else: each thing in them wrong, one after the other.
#include <gtest/gtest.h>

#include "sgilo/runs/finished_run.h"
#include "sgilo/runs/old_config.h"
#include "sgilo/workflows/solve.h"
#include "support/mutations.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

class RunMutations : public testing::Test {
 protected:
  RunMutations() : model_(load_model({write_tiny_model(folder_ / "model").string()}, {})) {
    measurement_ = measure_pictures(smooth_pictures(1, 16), {{"a", center_square(16, 16, 16)}},
                                    InpaintingOptions{0.3}, GaussianNoiseOptions{0.05}, 1);
    options_.solver = CsgmOptions{.chains = 2, .evaluations = 2};
    options_.output = (folder_ / "whole").string();
    solve_measurement(measurement_, "hash", model_, options_, RunMode::fresh, observer_);
    options_.output = (folder_ / "stopped").string();
    StoppingObserver stop(1);
    solve_measurement(measurement_, "hash", model_, options_, RunMode::fresh, stop);
    options_.output = (folder_ / "run").string();
  }

  void take(const char* kind) const {
    fs::remove_all(folder_ / "run");
    fs::copy(folder_ / kind, folder_ / "run", fs::copy_options::recursive);
  }
  void use(RunMode mode) {
    Observer silent;
    solve_measurement(measurement_, "hash", model_, options_, mode, silent);
  }
  // As --resume does: the options are the folder's own.
  void resume_by_its_own_options() {
    const SolveOptions before = options_;
    from_json(upgraded_config(read_json_file(folder_ / "run/config.json")), options_);
    options_.output = before.output;
    use(RunMode::resume);
    options_ = before;
  }

  TemporaryFolder folder_;
  Model model_;
  Measurement measurement_;
  SolveOptions options_;
  StoppingObserver observer_;
};

TEST_F(RunMutations, OfValuesInTheManifestAreSaidInASentence) {
  for (const char* kind : {"stopped", "whole"}) {
    const Json manifest = read_json_file(folder_ / kind / "manifest.json");
    for_each_wrong_value(manifest, [&](const Json& wrong, const std::string& what) {
      take(kind);
      write_file_atomically(folder_ / "run/manifest.json", wrong.dump());
      expect_error_or_success([&] { use(RunMode::resume); }, what);
      expect_error_or_success([&] { read_finished_run(folder_ / "run"); }, what);
    });
  }
}

TEST_F(RunMutations, OfValuesInTheConfigurationAreSaidInASentence) {
  const SolveOptions before = options_;
  const Json config = read_json_file(folder_ / "stopped/config.json");
  for_each_wrong_value(config, [&](const Json& wrong, const std::string& what) {
    take("stopped");
    write_file_atomically(folder_ / "run/config.json", wrong.dump());
    expect_error_or_success([&] { resume_by_its_own_options(); }, what);
    options_ = before;
    expect_error_or_success([&] { use(RunMode::resume); }, what);
  });
}

TEST_F(RunMutations, OfWholeFilesAreSaidInASentence) {
  for (const auto& [kind, names] :
       {std::pair("stopped", std::vector<const char*>{"config.json", "manifest.json",
                                                      "state/images_0.safetensors", ".lock"}),
        {"whole", {"config.json", "manifest.json", "draws.safetensors"}}})
    for (const char* name : names) {
      const char* of = kind;
      for_each_wrong_file(
          folder_ / "run" / name, [&] { take(of); },
          [&](const std::string& what) {
            expect_error_or_success([&] { read_finished_run(folder_ / "run"); }, what);
            expect_error_or_success([&] { use(RunMode::resume); }, what);
          });
    }
}

}  // namespace
}  // namespace sgilo
