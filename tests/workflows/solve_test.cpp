#include "sgilo/workflows/solve.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/input_file.h"
#include "sgilo/runs/finished_run.h"
#include "sgilo/workflows/measure.h"
#include "sgilo/workflows/solve_problem.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

// Decodes one row of the batch to NaN.
class FailingGenerator : public StyleGan2Generator {
 public:
  FailingGenerator(const StyleGan2Generator& sound, std::int64_t row)
      : StyleGan2Generator(sound), row_(row) {}
  Tensor decode(const LatentState& state) const override {
    const Tensor image = StyleGan2Generator::decode(state);
    Tensor poison = torch::zeros({image.size(0), 1, 1, 1});
    poison[row_] = NAN;
    return image + poison;
  }

 private:
  std::int64_t row_;
};

class Solve : public testing::Test {
 protected:
  Solve() : model_(load_model({write_tiny_model(folder_ / "model").string()}, {})) {
    measurement_ =
        measure_pictures(smooth_pictures(2, 16),
                         {{"a", center_square(16, 16, 16)}, {"b", center_square(16, 16, 16)}},
                         InpaintingOptions{0.3}, GaussianNoiseOptions{0.05}, 1);
    SgiloOptions sgilo;
    sgilo.chains = 2;
    sgilo.evaluations = 24;
    sgilo.style_evaluations = 8;
    sgilo.layers = {1};
    sgilo.kept = 2;
    sgilo.integrator = AnnealedKernelOptions{.inner_steps = 4};
    options_.solver = sgilo;
  }

  SolveResult solve_into(const std::string& name, RunMode mode, Observer& observer) {
    options_.output = (folder_ / name).string();
    return solve_measurement(measurement_, "hash", model_, options_, mode, observer);
  }
  double memory_for(double rows) const {  // and half a row more
    return estimated_mib(model_, options_, 2, rows + 0.5);
  }
  StateDict draws(const std::string& name) const {
    return read_safetensors(folder_ / name / "draws.safetensors").tensors;
  }

  TemporaryFolder folder_;
  Model model_;
  Measurement measurement_;
  SolveOptions options_;
  StoppingObserver observer_;
};

TEST_F(Solve, LeavesAWholeRunFolder) {
  const SolveResult result = solve_into("run", RunMode::fresh, observer_);
  ASSERT_TRUE(result.finished);
  EXPECT_TRUE(observer_.warnings.empty());
  const fs::path run = folder_ / "run";
  for (const char* file :
       {"config.json", "manifest.json", "draws.safetensors", "report.html", "images/a/mean.png",
        "images/a/std.png", "images/b/samples/chain_2.png", "images/b/trace_1.csv"})
    EXPECT_TRUE(fs::exists(run / file)) << file;
  EXPECT_FALSE(fs::exists(run / "state"));
  const Json manifest = read_json_file(run / "manifest.json");
  EXPECT_EQ(manifest, result.manifest);
  EXPECT_EQ(manifest["status"], "finished");
  EXPECT_EQ(manifest["scalars_measured"], 3 * 77);
  EXPECT_EQ(manifest["evaluations"], 2 * 2 * 24);
  EXPECT_EQ(manifest["p"], 8 * 4 * 4);
  EXPECT_DOUBLE_EQ(manifest["p_over_n"].get<double>(), 128.0 / 768);
  EXPECT_EQ(manifest["failures"], Json::array());
  SolveOptions kept = options_;
  kept.model = (folder_ / "model").string();  // from any working folder
  EXPECT_EQ(read_json_file(run / "config.json"), to_json(kept));
  const StateDict tensors = draws("run");
  EXPECT_EQ(tensors.at("draws").sizes(), (torch::IntArrayRef{2, 2, 2, 3, 16, 16}));
  EXPECT_EQ(tensors.at("latent.features").sizes(), (torch::IntArrayRef{2, 2, 8, 4, 4}));
  EXPECT_TRUE(
      torch::allclose(tensors.at("mean"), tensors.at("draws").flatten(1, 2).mean(1), 1e-4, 1e-5));
}

TEST_F(Solve, ResumedRunEqualsTheUninterruptedBitForBit) {
  solve_into("whole", RunMode::fresh, observer_);
  for (const std::int64_t steps : {1, 3, 5}) {
    const std::string name = concat("stopped after ", steps);
    options_.save_minutes = steps == 3 ? 1e-6 : 1;  // saved after each step, or at the end alone
    StoppingObserver stop(steps);
    const SolveResult first = solve_into(name, RunMode::fresh, stop);
    ASSERT_FALSE(first.finished);
    EXPECT_EQ(read_json_file(folder_ / name / "manifest.json")["status"], "interrupted");
    ASSERT_TRUE(solve_into(name, RunMode::resume, observer_).finished);
    const StateDict whole = draws("whole"), resumed = draws(name);
    ASSERT_EQ(whole.size(), resumed.size());
    for (const auto& [key, value] : whole) EXPECT_TRUE(torch::equal(value, resumed.at(key))) << key;
  }
}

TEST_F(Solve, ImagesSolvedOneByOneAreSolvedAlike) {
  solve_into("together", RunMode::fresh, observer_);
  options_.images_at_once = 1;
  StoppingObserver stop(8);  // within the second image
  ASSERT_FALSE(solve_into("apart", RunMode::fresh, stop).finished);
  ASSERT_TRUE(solve_into("apart", RunMode::resume, observer_).finished);
  const Tensor together = draws("together").at("draws"), apart = draws("apart").at("draws");
  EXPECT_TRUE(torch::allclose(together, apart, 1e-3, 1e-3));
}

TEST_F(Solve, RowsEvaluatedOneByOneAreSolvedAlike) {
  solve_into("together", RunMode::fresh, observer_);
  options_.max_memory = 1;  // less than the process has: one row at a time
  solve_into("apart", RunMode::fresh, observer_);
  EXPECT_TRUE(
      torch::allclose(draws("together").at("draws"), draws("apart").at("draws"), 1e-3, 1e-3));
}

TEST_F(Solve, CoarseStepsCountAsEvaluations) {
  const double whole = solve_into("whole", RunMode::fresh, observer_).manifest["evaluations"];
  auto& sgilo = std::get<SgiloOptions>(options_.solver);
  sgilo.coarse_steps = sgilo.style_evaluations;
  EXPECT_EQ(solve_into("coarse", RunMode::fresh, observer_).manifest["evaluations"], whole);
  EXPECT_FALSE(torch::equal(draws("whole").at("draws"), draws("coarse").at("draws")));
  sgilo.coarse_steps = sgilo.style_evaluations + 1;
  EXPECT_EQ(error_text<ConfigError>([&] { solve_into("more", RunMode::fresh, observer_); }),
            concat("solver.coarse_steps must be at most ", sgilo.style_evaluations,
                   " (the evaluations of stage 0), but is ", sgilo.style_evaluations + 1));
  sgilo.style_evaluations = 0;
  sgilo.layers = SgiloOptions().layers;
  sgilo.use_layer_score = false;  // its draws are kept: none of a coarse generator
  EXPECT_NE(error_text<ConfigError>([&] {
              solve_into("styles", RunMode::fresh, observer_);
            }).find("half of stage 0's warm-up"),
            std::string::npos);
}

TEST_F(Solve, AProfileChangesNothingAndAddsUp) {
  solve_into("plain", RunMode::fresh, observer_);
  options_.profile = true;
  const Json manifest = solve_into("profiled", RunMode::fresh, observer_).manifest;
  EXPECT_TRUE(torch::equal(draws("plain").at("draws"), draws("profiled").at("draws")));
  double sum = 0;
  for (const auto& [part, seconds] : manifest["profile"].items()) sum += seconds.get<double>();
  EXPECT_GE(sum, manifest["seconds"].get<double>());
  EXPECT_LT(sum, manifest["seconds"].get<double>() + 1);
}

TEST_F(Solve, FailedChainIsReportedAndTheOthersGoOn) {
  model_.generator = std::make_shared<FailingGenerator>(stylegan2_of(model_), 1);
  const SolveResult result = solve_into("run", RunMode::fresh, observer_);
  ASSERT_TRUE(result.finished);
  ASSERT_EQ(result.manifest["failures"].size(), 1u);
  EXPECT_EQ(result.manifest["failures"][0]["image"], "a");
  EXPECT_EQ(result.manifest["failures"][0]["chain"], 2);
  ASSERT_EQ(observer_.warnings.size(), 1u);
  EXPECT_EQ(observer_.warnings[0].substr(0, 17), "image 1, chain 2:");
  EXPECT_FALSE(fs::exists(folder_ / "run/images/a/samples/chain_2.png"));
  EXPECT_TRUE(fs::exists(folder_ / "run/images/a/mean.png"));
  EXPECT_TRUE(torch::isfinite(draws("run").at("mean")).all().item<bool>());
}

TEST_F(Solve, FinishedFolderIsReplacedOnlyWithForce) {
  solve_into("run", RunMode::fresh, observer_);
  const std::string run = (folder_ / "run").string();
  EXPECT_EQ(error_text<ConfigError>([&] { solve_into("run", RunMode::fresh, observer_); }),
            run +
                " holds a finished run; name another folder, replace it with --force or go on "
                "with --resume " +
                run);
  options_.seed = 2;
  EXPECT_TRUE(solve_into("run", RunMode::force, observer_).finished);
  EXPECT_EQ(read_json_file(folder_ / "run" / "config.json")["seed"], 2);
}

TEST_F(Solve, ReplacedRunStaysUntilTheNewOneIsFinished) {
  solve_into("run", RunMode::fresh, observer_);
  options_.seed = 2;
  StoppingObserver stop(1);
  EXPECT_FALSE(solve_into("run", RunMode::force, stop).finished);
  EXPECT_TRUE(fs::exists(folder_ / "run/replaced/draws.safetensors"));
  EXPECT_FALSE(solve_into("run", RunMode::force, stop).finished);  // of the unfinished one
  EXPECT_TRUE(fs::exists(folder_ / "run/replaced/draws.safetensors"));
  EXPECT_TRUE(solve_into("run", RunMode::resume, observer_).finished);
  EXPECT_FALSE(fs::exists(folder_ / "run/replaced"));
}

TEST_F(Solve, MoveOfAReplacedRunThatWasCutOffLosesNothing) {
  solve_into("run", RunMode::fresh, observer_);
  const Tensor before = draws("run").at("draws");
  fs::create_directories(folder_ /
                         "run/replaced");  // as a kill in the middle of the move leaves it
  for (const char* name : {"config.json", "images", "draws.safetensors"})
    fs::rename(folder_ / "run" / name, folder_ / "run/replaced" / name);
  StoppingObserver stop(1);
  EXPECT_FALSE(solve_into("run", RunMode::force, stop).finished);
  EXPECT_TRUE(torch::equal(draws("run/replaced").at("draws"), before));
  EXPECT_TRUE(fs::exists(folder_ / "run/replaced/manifest.json"));
}

TEST_F(Solve, ReplacedRunOutlivesAKillBeforeTheFirstManifest) {
  solve_into("run", RunMode::fresh, observer_);
  fs::rename(folder_ / "run", folder_ / "old");
  fs::create_directory(folder_ / "run");
  fs::rename(folder_ / "old", folder_ / "run/replaced");
  for (const RunMode mode : {RunMode::fresh, RunMode::force})
    EXPECT_EQ(error_text<ConfigError>([&] { solve_into("run", mode, observer_); }),
              (folder_ / "run").string() +
                  " holds files that are not of a run (replaced); name another folder");
  EXPECT_TRUE(fs::exists(folder_ / "run/replaced/draws.safetensors"));
}

TEST_F(Solve, FilesThatAreOfNoRunStay) {
  const std::string run = (folder_ / "run").string();
  fs::create_directories(folder_ / "run/samples");
  write_file_atomically(folder_ / "run/mean.png", "mine");
  for (const RunMode mode : {RunMode::fresh, RunMode::force})
    EXPECT_EQ(error_text<ConfigError>([&] { solve_into("run", mode, observer_); }),
              run + " holds files that are not of a run (samples, mean.png); name another folder");
  EXPECT_EQ(read_file(folder_ / "run/mean.png"), "mine");
}

TEST_F(Solve, RefusedSolverLeavesNoFolder) {
  std::get<SgiloOptions>(options_.solver).layers = {9};
  std::get<SgiloOptions>(options_.solver).use_layer_score = true;
  EXPECT_NE(error_text<ConfigError>([&] { solve_into("run", RunMode::fresh, observer_); }), "");
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

TEST_F(Solve, ResumedRunKeepsItsOptionsAndInputs) {
  StoppingObserver stop(1);
  solve_into("run", RunMode::fresh, stop);
  const std::string run = (folder_ / "run").string();
  options_.seed = 9;
  EXPECT_EQ(error_text<ConfigError>([&] { solve_into("run", RunMode::resume, observer_); }),
            run + ": a resumed run keeps its options, but seed was 1 and now is 9");
  options_.seed = 1;
  EXPECT_EQ(error_text<ConfigError>([&] {
              options_.output = run;
              solve_measurement(measurement_, "other", model_, options_, RunMode::resume,
                                observer_);
            }),
            run + ": the measurement is not the one that this run began with");
}

TEST_F(Solve, ResumedRunKeepsItsGroupsOfRows) {
  options_.max_memory = memory_for(2);
  StoppingObserver stop(1);
  solve_into("run", RunMode::fresh, stop);
  const std::string run = (folder_ / "run").string();
  const double before = options_.max_memory;
  options_.max_memory = memory_for(3);
  EXPECT_EQ(error_text<ConfigError>([&] { solve_into("run", RunMode::resume, observer_); }),
            concat(run, ": max_memory = ", options_.max_memory,
                   " evaluates rows in groups of 3, but this run began in groups of 2, whose "
                   "rounding its draws hold; resume it with the max_memory of its config.json, or "
                   "start again with --force"));
  options_.max_memory = 0;
  EXPECT_NE(error_text<ConfigError>([&] {
              solve_into("run", RunMode::resume, observer_);
            }).find("evaluates rows all at once"),
            std::string::npos);
  options_.max_memory = before + 1e-6;  // another limit that groups them alike
  EXPECT_TRUE(solve_into("run", RunMode::resume, observer_).finished);
}

TEST_F(Solve, GroupsOfRowsDoNotDependOnTheMemoryOfTheMoment) {
  options_.max_memory = memory_for(2);
  const Json first = solve_into("one", RunMode::fresh, observer_).manifest;
  model_.loaded_mib += 100;
  EXPECT_EQ(solve_into("two", RunMode::fresh, observer_).manifest["rows_at_once"],
            first["rows_at_once"]);
  EXPECT_TRUE(torch::equal(draws("one").at("draws"), draws("two").at("draws")));
}

TEST_F(Solve, SaysThatALimitOfMemoryIsBelowWhatTheProgramHas) {
  options_.max_memory = model_.loaded_mib + model_.row_mib + 1;
  solve_into("enough", RunMode::fresh, observer_);
  EXPECT_TRUE(observer_.warnings.empty());
  options_.max_memory = 1;
  solve_into("less", RunMode::fresh, observer_);
  ASSERT_EQ(observer_.warnings.size(), 1u);
  EXPECT_EQ(
      observer_.warnings[0],
      concat("max_memory = 1 MiB is less than the ", std::ceil(model_.loaded_mib + model_.row_mib),
             " that the program takes with one row; rows are evaluated one by one all the "
             "same"));
}

TEST_F(Solve, StateOfAnotherSeedIsRefused) {
  StoppingObserver stop(1);
  solve_into("one", RunMode::fresh, stop);
  options_.seed = 2;
  StoppingObserver again(1);
  solve_into("two", RunMode::fresh, again);
  const std::string state = "state/images_0.safetensors";
  fs::copy_file(folder_ / "one" / state, folder_ / "two" / state,
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(error_text<FormatError>([&] { solve_into("two", RunMode::resume, observer_); }),
            (folder_ / "two" / state).string() +
                ": belongs to another run: of another measurement, model, seed or other options; "
                "start the run again with --force");
}

TEST_F(Solve, ConfigurationThatIsNotTheRunsIsRefused) {
  StoppingObserver stop(1);
  solve_into("run", RunMode::fresh, stop);
  const fs::path config = folder_ / "run/config.json";
  Json changed = read_json_file(config);
  changed["seed"] = options_.seed = 3;  // as --resume would read it
  write_file_atomically(config, changed.dump());
  EXPECT_EQ(error_text<FormatError>([&] { solve_into("run", RunMode::resume, observer_); }),
            config.string() +
                ": is not what this run began with, as manifest.json says; put it "
                "back, or start the run again with --force");
}

// Changes the state of a stopped run as somebody would who seals it again.
TEST_F(Solve, StateThatTheSolverCannotHaveLeftIsRefused) {
  StoppingObserver stop(3);  // within the layer
  solve_into("run", RunMode::fresh, stop);
  const fs::path path = folder_ / "run/state/images_0.safetensors";
  const SafetensorsFile whole = read_safetensors(path);
  const auto refusal = [&](const auto& change) {
    SafetensorsFile file{whole.tensors, whole.metadata};
    Json state = Json::parse(file.metadata["state"]);
    change(state, file.tensors);
    file.metadata["state"] = state.dump();
    write_sealed(path, file.tensors, file.metadata, whole.metadata.at("of"));
    return error_text<FormatError>([&] { solve_into("run", RunMode::resume, observer_); });
  };
  const auto sentence = [&](const std::string& why) {
    return concat(path.string(), ": is no state of this run by this version of sgilo (", why,
                  "); start the run again with --force");
  };
  const std::int64_t steps = 2 + 4;  // rounds of 4 evaluations
  EXPECT_EQ(refusal([](Json& state, StateDict&) { state["step"] = 1'000'000'000'000'000; }),
            sentence(concat("step must be from 0 to ", steps, ", but is 1000000000000000")));
  EXPECT_EQ(refusal([](Json& state, StateDict&) { state["step"] = -1; }),
            sentence(concat("step must be from 0 to ", steps, ", but is -1")));
  EXPECT_EQ(refusal([&](Json& state, StateDict&) { state["step"] = steps; }),
            sentence(concat("a finished state keeps 2 draws, but this one at step ", steps, " of ",
                            steps, " has 0")));
  EXPECT_EQ(refusal([](Json& state, StateDict&) { state["latent"]["layer"] = 7; }),
            sentence("layer must be from 0 to 2, but is 7"));
  const std::string name =
      whole.tensors.contains("latent.styles") ? "latent.styles" : "latent.noise_0";
  ASSERT_TRUE(whole.tensors.contains(name));
  const std::string variable = name.substr(7);
  EXPECT_EQ(refusal([&](Json&, StateDict& tensors) {
              tensors[name] = tensors[name].clone();
              tensors[name].flatten()[0] = NAN;
            }),
            sentence("variable '" + variable + "' is not finite"));
  EXPECT_NE(refusal([&](Json&, StateDict& tensors) {
              tensors[name] = torch::zeros({4, 1});
            }).find("variable '" + variable + "' must have shape"),
            std::string::npos);
  EXPECT_NE(refusal([&](Json&, StateDict& tensors) {
              for (auto& [key, tensor] : tensors)
                if (key.starts_with("kernel.")) tensor = torch::zeros({4, 3, 2});
            }),
            "");
}

TEST_F(Solve, ForgedFinishStopsNoRun) {
  StoppingObserver stop(1);
  solve_into("run", RunMode::fresh, stop);
  Json manifest = read_json_file(folder_ / "run/manifest.json");
  manifest["status"] = "finished";
  write_file_atomically(folder_ / "run/manifest.json", manifest.dump());
  const auto refusal = [&] {
    return error_text<FormatError>([&] { solve_into("run", RunMode::resume, observer_); });
  };
  EXPECT_EQ(refusal(),
            (folder_ / "run/manifest.json").string() + ": entry 'evaluations' must be a number");
  for (const char* key :
       {"evaluations", "seconds", "scalars_measured", "p_over_n", "peak_memory_mib"})
    manifest[key] = 1;
  manifest["failures"] = Json::array();
  write_file_atomically(folder_ / "run/manifest.json", manifest.dump());
  EXPECT_TRUE(refusal().starts_with((folder_ / "run/draws.safetensors").string() + ": "));
}

TEST_F(Solve, FinishedRunWhoseDrawsWereChangedIsRefused) {
  solve_into("run", RunMode::fresh, observer_);
  EXPECT_TRUE(solve_into("run", RunMode::resume, observer_).finished);
  std::string bytes = folder_.get("run/draws.safetensors");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  folder_.put("run/draws.safetensors", bytes);
  const std::string sentence =
      (folder_ / "run/draws.safetensors").string() +
      ": was changed since it was written, its content is not what its SHA-256 says; replace the "
      "run with --force";
  EXPECT_EQ(error_text<FormatError>([&] { solve_into("run", RunMode::resume, observer_); }),
            sentence);
  EXPECT_EQ(error_text<FormatError>([&] { read_finished_run(folder_ / "run"); }), sentence);
}

TEST_F(Solve, LinksInAReceivedFolderAreNotFollowed) {
  StoppingObserver stop(1);
  solve_into("run", RunMode::fresh, stop);
  fs::rename(folder_ / "run/state", folder_ / "elsewhere");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "run/state");
  for (const RunMode mode : {RunMode::resume, RunMode::force})
    EXPECT_TRUE(error_text<FormatError>([&] {
                  solve_into("run", mode, observer_);
                }).starts_with((folder_ / "run/state").string() + ": is a symbolic link"));
  EXPECT_TRUE(fs::exists(folder_ / "elsewhere/images_0.safetensors"));
}

TEST_F(Solve, PlanOfManyImagesIsMadeOfOneTiming) {
  measurement_ = measure_pictures(
      smooth_pictures(50, 16),
      [] {
        std::vector<MeasuredImage> images;
        for (int i = 0; i < 50; ++i) images.push_back({concat("i", i), center_square(16, 16, 16)});
        return images;
      }(),
      InpaintingOptions{0.3}, GaussianNoiseOptions{0.05}, 1);
  write_measurement(folder_ / "y.safetensors", measurement_);
  options_.measurement = (folder_ / "y.safetensors").string();
  options_.model = (folder_ / "model").string();
  options_.solver = SgiloOptions{.evaluations = 3000, .layers = {1}};
  const auto start = std::chrono::steady_clock::now();
  const SolveEstimate estimate = estimate_solve(options_, observer_);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));  // a run: minutes
  EXPECT_TRUE(estimate.finished);
  EXPECT_GT(estimate.seconds, 0);
  StoppingObserver stops(0);
  EXPECT_FALSE(estimate_solve(options_, stops).finished);
}

TEST_F(Solve, WantsAScoreForEveryLayerThatItSamples) {
  std::get<SgiloOptions>(options_.solver).layers = {1, 2};
  EXPECT_EQ(error_text<ConfigError>([&] { solve_into("run", RunMode::fresh, observer_); }),
            "solver.layers must name layers whose score the model has (1), but names 2; without "
            "one: --solver.use-layer-score=false");
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

TEST_F(Solve, MeasurementOfAnotherSizeIsRefused) {
  measurement_ = measure_pictures(smooth_pictures(1, 32), {{"a", center_square(32, 32, 32)}},
                                  IdentityOptions{}, GaussianNoiseOptions{0.05}, 1);
  EXPECT_EQ(error_text<ConfigError>([&] { solve_into("run", RunMode::fresh, observer_); }),
            "the measurement is of images [3, 32, 32], but model model makes [3, 16, 16]; measure "
            "with --size 16");
}

TEST_F(Solve, FolderOfMeasurementsGivesAFolderOfRuns) {
  fs::create_directory(folder_ / "ys");
  write_measurement(folder_ / "ys/one.safetensors", measurement_);
  write_measurement(folder_ / "ys/two.safetensors", measurement_);
  options_.measurement = (folder_ / "ys").string();
  options_.model = (folder_ / "model").string();
  options_.output = (folder_ / "runs").string();
  StoppingObserver stop(8);
  folder_.put("ys/zero.safetensors", "damaged");
  EXPECT_TRUE(error_text<FormatError>([&] {
                solve(options_, RunMode::fresh, observer_);
              }).starts_with((folder_ / "ys/zero.safetensors").string() + ": "));
  EXPECT_FALSE(fs::exists(folder_ / "runs"));  // refused before the first is solved
  fs::remove(folder_ / "ys/zero.safetensors");
  EXPECT_FALSE(solve(options_, RunMode::fresh, stop).finished);
  EXPECT_TRUE(solve(options_, RunMode::resume, observer_).finished);
  EXPECT_TRUE(torch::equal(draws("runs/one").at("draws"), draws("runs/two").at("draws")));
}

TEST_F(Solve, MeasurementsOfAFolderHaveTheSameMemoryToShare) {
  fs::create_directory(folder_ / "ys");
  for (const char* name : {"ys/one.safetensors", "ys/two.safetensors"})
    write_measurement(folder_ / name, measurement_);
  options_.measurement = (folder_ / "ys").string();
  options_.model = (folder_ / "model").string();
  options_.output = (folder_ / "runs").string();
  options_.max_memory = memory_for(3);
  const SolveResult result = solve(options_, RunMode::fresh, observer_);
  EXPECT_EQ(result.manifest["runs"][0]["rows_at_once"], 3);
  EXPECT_EQ(result.manifest["runs"][0]["rows_at_once"], result.manifest["runs"][1]["rows_at_once"]);
}

TEST_F(Solve, InterruptedReplacementOfAFolderOfRunsGoesOn) {
  fs::create_directory(folder_ / "ys");
  for (const char* name : {"ys/one.safetensors", "ys/two.safetensors"})
    write_measurement(folder_ / name, measurement_);
  options_.measurement = (folder_ / "ys").string();
  options_.model = (folder_ / "model").string();
  options_.output = (folder_ / "runs").string();
  ASSERT_TRUE(solve(options_, RunMode::fresh, observer_).finished);
  options_.seed = 2;
  StoppingObserver stop(1);  // in the first of them: the second still holds the earlier run
  EXPECT_FALSE(solve(options_, RunMode::force, stop).finished);
  ASSERT_TRUE(solve(options_, RunMode::resume, observer_).finished);
  for (const char* name : {"runs/one/config.json", "runs/two/config.json"})
    EXPECT_EQ(read_json_file(folder_ / name)["seed"], 2);
}

TEST_F(Solve, MeasurementsOfAFolderThatCannotBeSolvedAreNamedFirst) {
  fs::create_directory(folder_ / "ys");
  write_measurement(folder_ / "ys/state.safetensors", measurement_);
  options_.measurement = (folder_ / "ys").string();
  options_.model = (folder_ / "model").string();
  options_.output = (folder_ / "runs").string();
  const auto refusal = [&] {
    return error_text<ConfigError>([&] { solve(options_, RunMode::fresh, observer_); });
  };
  EXPECT_EQ(refusal(), (folder_ / "ys/state.safetensors").string() +
                           ": no measurement of a folder may be named state, samples, images or "
                           "replaced; rename it");
  const std::string file = (folder_ / "ys/one.safetensors").string();
  fs::rename(folder_ / "ys/state.safetensors", file);
  std::get<SgiloOptions>(options_.solver).layers = {2};
  EXPECT_EQ(refusal(),
            file +
                ": solver.layers must name layers whose score the model has (1), but names 2; "
                "without one: --solver.use-layer-score=false");
  std::get<SgiloOptions>(options_.solver).layers = {1};
  measurement_ = measure_pictures(smooth_pictures(1, 32), {{"a", center_square(32, 32, 32)}},
                                  IdentityOptions{}, GaussianNoiseOptions{0.05}, 1);
  write_measurement(file, measurement_);
  EXPECT_TRUE(refusal().starts_with(file + ": the measurement is of images [3, 32, 32]"));
  EXPECT_FALSE(fs::exists(folder_ / "runs"));
}

TEST_F(Solve, TakesTheModelsErrorOfItsOperatorUnlessAnotherIsStated) {
  model_.error = ModelError({{"inpaint", 0.05}, {"default", 0.02}});
  EXPECT_EQ(solve_into("run", RunMode::fresh, observer_).manifest["model_error"], 0.05);
  options_.model_error = 0.1;
  EXPECT_EQ(solve_into("stated", RunMode::fresh, observer_).manifest["model_error"], 0.1);
}

}  // namespace
}  // namespace sgilo
