// Every file of configs/ is a configuration of `sgilo solve` that runs: on the shipped model, or
// those of configs/released on files of the released program.
#include <gtest/gtest.h>

#include "sgilo/core/options_json.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/runs/run_folder.h"
#include "sgilo/workflows/measure.h"
#include "sgilo/workflows/solve.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/tiny_released_model.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

void shorten(CsgmOptions& o) {
  o.chains = 1;
  o.evaluations = 4;
}
void shorten(IloOptions& o) {
  o.chains = 1;
  o.evaluations = 2 * static_cast<int>(o.shares.size());
}
void shorten(SgiloOptions& o) {
  o.chains = 1;
  o.evaluations = 30;
  o.kept = 1;
}
void shorten(ReleasedSgiloOptions& o) { o.steps.assign(o.steps.size(), 2); }

TEST(ShippedConfigs, RunOnTheShippedModel) {
  const fs::path root = SGILO_SOURCE_DIR;
  const Model model = load_model({(root / "models/portraits64").string()}, {});
  const Measurement measurement = measure_pictures(
      portrait_images(0, PortraitSplit::tune, 0, 1, 64), {{"a", center_square(64, 64, 64)}},
      InpaintingOptions{0.05}, GaussianNoiseOptions{0.01}, 1);
  const TemporaryFolder folder;
  int configs = 0;
  for (const auto& file : fs::directory_iterator(root / "configs")) {
    if (file.path().extension() != ".json") continue;
    SCOPED_TRACE(file.path().string());
    SolveOptions options;
    from_json(read_json_file(file.path()), options);
    std::visit([](auto& solver) { shorten(solver); }, options.solver);
    options.output = folder.path() / file.path().stem();
    StoppingObserver observer;
    const SolveResult result =
        solve_measurement(measurement, "hash", model, options, RunMode::fresh, observer);
    EXPECT_TRUE(result.finished);
    EXPECT_EQ(result.manifest["failures"], Json::array());
    EXPECT_TRUE(observer.warnings.empty());
    ++configs;
  }
  EXPECT_GE(configs, 6);
}

TEST(ShippedConfigs, ShortRunsOfLangevinStayFinite) {
  const fs::path root = SGILO_SOURCE_DIR;
  const Model model = load_model({(root / "models/portraits64").string()}, {});
  const Measurement measurement = measure_pictures(
      portrait_images(0, PortraitSplit::test, 0, 1, 64), {{"a", center_square(64, 64, 64)}},
      InpaintingOptions{0.05}, GaussianNoiseOptions{0.01}, 1);
  const TemporaryFolder folder;
  for (const int evaluations : {10, 20, 30}) {
    SgiloOptions sgilo;
    sgilo.chains = 2;
    sgilo.evaluations = evaluations;
    sgilo.integrator = LangevinKernelOptions{};
    SolveOptions options;
    options.solver = sgilo;
    options.output = folder / concat(evaluations);
    StoppingObserver observer;
    EXPECT_EQ(solve_measurement(measurement, "hash", model, options, RunMode::fresh, observer)
                  .manifest["failures"],
              Json::array())
        << evaluations;
  }
}

TEST(ShippedConfigs, OfTheReleasedProgramRunOnItsFiles) {
  const TemporaryFolder folder;
  const ReleasedModelOptions files = write_tiny_released_model(folder.path());
  const Measurement measurement =
      measure_pictures(smooth_pictures(1, 16), {{"a", center_square(16, 16, 16)}},
                       InpaintingOptions{0.5}, GaussianNoiseOptions{0.01}, 1);
  write_measurement(folder / "y.safetensors", measurement);
  int configs = 0;
  for (const auto& file : fs::directory_iterator(fs::path(SGILO_SOURCE_DIR) / "configs/released")) {
    SCOPED_TRACE(file.path().string());
    SolveOptions options;
    from_json(read_json_file(file.path()), options);
    std::visit([](auto& solver) { shorten(solver); }, options.solver);
    const Sde sde(options.released.sde);
    options.released = files;
    options.released.sde = sde.options();
    options.measurement = folder / "y.safetensors";
    options.output = folder / file.path().stem().string();
    StoppingObserver observer;
    const SolveResult result = solve(options, RunMode::fresh, observer);
    EXPECT_TRUE(result.finished);
    EXPECT_EQ(result.manifest["failures"], Json::array());
    EXPECT_TRUE(observer.warnings.empty());
    ++configs;
  }
  EXPECT_EQ(configs, 4);
}

}  // namespace
}  // namespace sgilo
