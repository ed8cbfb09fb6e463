// Every file of configs/ is a configuration of `sgilo solve` that runs on the shipped model.
#include <gtest/gtest.h>

#include "sgilo/core/options_json.h"
#include "sgilo/training/portrait_batches.h"
#include "sgilo/workflows/measure.h"
#include "sgilo/workflows/run_folder.h"
#include "sgilo/workflows/solve.h"
#include "support/temporary_folder.h"
#include "workflows/tiny_model.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

void shorten(CsgmOptions& o) {
  o.chains = 1;
  o.evaluations = 4;
}
void shorten(IloOptions& o) {
  o.chains = 1;
  o.steps.assign(o.steps.size(), 2);
}
void shorten(SgiloOptions& o) {
  o.chains = 1;
  o.style_evaluations = o.annealed.inner_steps;
  o.evaluations = 3 * o.annealed.inner_steps;
  o.kept = 1;
}

TEST(ShippedConfigs, RunOnTheShippedModel) {
  const fs::path root = SGILO_SOURCE_DIR;
  const Model model = load_model(root / "models/portraits64");
  const Measurement measurement =
      measure_pictures(portrait_images(0, PortraitSplit::tune, 0, 1, 64),
                       {{"a", center_square(64, 64, 64)}}, InpaintingOptions{0.05},
                       GaussianNoiseOptions{0.01}, 1);
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

}  // namespace
}  // namespace sgilo
