// Runs on the files of the released program.
#include <gtest/gtest.h>

#include "sgilo/operators/inpainting.h"
#include "sgilo/workflows/measure.h"
#include "sgilo/workflows/solve.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/tiny_released_model.h"
#include "support/torch_files.h"

namespace sgilo {
namespace {

class SolveReleased : public testing::Test {
 protected:
  SolveReleased() {
    options_.released = write_tiny_released_model(folder_.path());
    options_.measurement = (folder_ / "y.safetensors").string();
    ReleasedSgiloOptions solver;
    solver.steps = {3, 2, 2};
    options_.solver = solver;
    write_measurement(options_.measurement,
                      measure_pictures(smooth_pictures(1, 16), {{"a", center_square(16, 16, 16)}},
                                       InpaintingOptions{0.5}, GaussianNoiseOptions{0.01}, 1));
  }

  SolveResult solve_into(const std::string& name, RunMode mode, Observer& observer) {
    options_.output = (folder_ / name).string();
    return solve(options_, mode, observer);
  }
  std::string refusal() {
    return error_text<Error>([&] { solve_into("refused", RunMode::fresh, observer_); });
  }
  StateDict draws(const std::string& name) const {
    return read_safetensors(folder_ / name / "draws.safetensors").tensors;
  }

  TemporaryFolder folder_;
  SolveOptions options_;
  StoppingObserver observer_;
};

TEST_F(SolveReleased, LeavesARunFolderThatRepeatsTheRun) {
  const SolveResult result = solve_into("run", RunMode::fresh, observer_);
  ASSERT_TRUE(result.finished);
  EXPECT_EQ(result.manifest["model"], "generator.safetensors");
  EXPECT_EQ(result.manifest["evaluations"], 7);
  EXPECT_EQ(result.manifest["score_evaluations"], 2 * (7 + 4));
  EXPECT_EQ(result.manifest["layer"], 2);
  SolveOptions again;
  from_json(read_json_file(folder_ / "run/config.json"), again);
  again.output = (folder_ / "again").string();
  ASSERT_TRUE(solve(again, RunMode::fresh, observer_).finished);
  EXPECT_TRUE(torch::equal(draws("run").at("last"), draws("again").at("last")));
}

TEST_F(SolveReleased, WarnsOnceOfWhatEachFileLacks) {
  for (const std::string& file : {options_.released.generator, options_.released.style_score})
    write_torch_zip_without_checksums(file, read_safetensors(file).tensors);
  ASSERT_TRUE(solve_into("run", RunMode::fresh, observer_).finished);
  const std::string lacks = ": its records have no checksums, so that damage cannot be noticed";
  EXPECT_EQ(observer_.warnings, (std::vector<std::string>{options_.released.generator + lacks,
                                                          options_.released.style_score + lacks}));
}

TEST_F(SolveReleased, ResumedRunEqualsTheUninterruptedBitForBit) {
  solve_into("whole", RunMode::fresh, observer_);
  StoppingObserver stop(4);
  ASSERT_FALSE(solve_into("stopped", RunMode::fresh, stop).finished);
  ASSERT_TRUE(solve_into("stopped", RunMode::resume, observer_).finished);
  const StateDict whole = draws("whole"), resumed = draws("stopped");
  for (const auto& [key, value] : whole) EXPECT_TRUE(torch::equal(value, resumed.at(key))) << key;
}

TEST_F(SolveReleased, OtherSolversRunOnTheReleasedGenerator) {
  CsgmOptions csgm;
  csgm.evaluations = 2;
  IloOptions ilo;
  ilo.evaluations = 6;
  for (const SolverOptions& solver : {SolverOptions(csgm), SolverOptions(ilo)}) {
    options_.solver = solver;
    EXPECT_TRUE(solve_into(make_solver(solver)->describe(), RunMode::fresh, observer_).finished);
  }
  options_.solver = SgiloOptions{};
  EXPECT_EQ(refusal(),
            "solver sgilo takes a model folder, but released.generator is named; with released "
            "files: --solver released_sgilo, csgm or ilo");
}

TEST_F(SolveReleased, TheReleasedLoopNeedsReleasedFiles) {
  options_.released = {};
  options_.model = write_tiny_model(folder_ / "model").string();
  EXPECT_EQ(refusal(),
            "solver released_sgilo takes the files of the released program "
            "(--released.generator, ...), but the model is none of them");
}

TEST_F(SolveReleased, NamesTheFileThatDoesNotFit) {
  const ReleasedModelOptions sound = options_.released;
  options_.released.style_score = sound.layer_scores[0];
  EXPECT_EQ(refusal().substr(0, sound.layer_scores[0].size() + 2), sound.layer_scores[0] + ": ");
  options_.released = sound;
  options_.released.styles = (folder_ / "narrow.safetensors").string();
  write_safetensors(options_.released.styles,
                    {{"mean", torch::zeros({4})}, {"std", torch::ones({4})}});
  EXPECT_EQ(refusal(),
            concat(options_.released.styles,
                   ": the Gaussian styles must have the generator's 8 numbers, but have 4"));
  options_.released = sound;
  options_.released.layer_scores.push_back(sound.layer_scores[0]);
  EXPECT_EQ(refusal(),
            "released.layer_scores must name at most 2 files, one per layer of released stylegan2 "
            "(16x16, 6 style rows of 8 through their Gaussian fit), but names 3");
  options_.released = sound;
  options_.released.layer_scores.pop_back();
  EXPECT_EQ(refusal(), concat("released_sgilo needs the released score of the layer in round 2 "
                              "(or a temperature of 0), but the problem has none"));
}

}  // namespace
}  // namespace sgilo
