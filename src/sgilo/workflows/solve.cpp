#include "sgilo/workflows/solve.h"

#include <cmath>
#include <optional>

#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/runs/finished_run.h"
#include "sgilo/runs/profile.h"
#include "sgilo/runs/run_report.h"
#include "sgilo/runs/state_folder.h"
#include "sgilo/solvers/state_check.h"
#include "sgilo/workflows/run_manifest.h"
#include "sgilo/workflows/solve_problem.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

// Options that a resumed run may change.
const std::vector<std::string> kFreeOptions{"measurement",  "model",      "output", "threads",
                                            "save_minutes", "max_memory", "profile"};

void warn_of_small_memory(const Model& model, const SolveOptions& options, Observer& observer) {
  if (options.max_memory > 0 && model.loaded_mib + model.row_mib > options.max_memory)
    observer.on_warning(concat("max_memory = ", options.max_memory, " MiB is less than the ",
                               std::ceil(model.loaded_mib + model.row_mib),
                               " that the program takes with one row; rows are evaluated one by "
                               "one all the same"));
}

// One run of a measurement, in its folder. What the solver refuses, it refuses at the start, before
// anything is written.
class SolveRun {
 public:
  SolveRun(const Measurement& measurement, const std::string& measurement_hash, const Model& model,
           const SolveOptions& options, RunMode mode, Observer& observer)
      : measurement_(measurement),
        options_(options),
        observer_(observer),
        problem_(make_problem(measurement, model, options)),
        solver_(make_solver(options.solver)),
        start_(solver_->start(problem_, {RowKey{}}, streams_of(options))),
        config_(repeatable(options, model)),
        manifest_(manifest_of(measurement, measurement_hash, model, options, problem_, *solver_)) {
    warn_of_small_memory(model, options, observer);
    manifest_["run"] = run_identity(config_, kFreeOptions, manifest_);
    folder_.emplace(options.output, mode, config_, kFreeOptions);
    if (mode == RunMode::resume) require_same_run(*folder_, manifest_, options);
  }

  SolveResult result(RunMode mode) {
    if (mode == RunMode::resume && folder_->finished()) return earlier_result();
    folder_->write_manifest(manifest_);
    const std::int64_t kept = kept_of(options_.solver);
    StateFolder states(folder_->path() / "state", options_.save_minutes, device_of(options_.device),
                       manifest_["run"], [&](const SolverState& state) {
                         require_state_of(state, start_, *solver_, problem_, kept);
                       });
    std::optional<Profile> profile;
    if (options_.profile) profile.emplace();
    const Reconstruction restored = restored_with(states, profile);
    if (!restored.finished) {
      manifest_["seconds"] = states.seconds();
      ended("interrupted");
      return {manifest_, false};
    }
    enter_results(manifest_, restored, states.seconds());
    if (profile) manifest_["profile"] = profile->seconds();
    manifest_["status"] = "finished";
    write_run_results(folder_->path(), measurement_, restored, config_, manifest_);
    folder_->finish(manifest_);
    return {manifest_, true};
  }

 private:
  // Of a run that is finished, whose results must be there as it left them.
  SolveResult earlier_result() const {
    require_results(folder_->path() / "manifest.json", folder_->earlier_manifest());
    read_draws(folder_->path(), manifest_["run"]);
    observer_.on_message(concat(options_.output, " is finished, nothing is left to do"));
    return {folder_->earlier_manifest(), true};
  }

  Reconstruction restored_with(StateFolder& states, std::optional<Profile>& profile) {
    const RandomStreams streams = streams_of(options_);
    const std::vector<RowKey> rows = rows_of(measurement_, options_);
    const std::int64_t together = rows_per_state(measurement_, options_);
    try {
      if (!profile) return restore(problem_, *solver_, rows, streams, observer_, states, together);
      return restore(profile->watched(problem_), *profile->watched(*solver_), rows, streams,
                     observer_, states, together);
    } catch (const Error&) {
      ended("failed");
      throw;
    } catch (const c10::Error&) {  // of what was loaded, passed all checks, and still does not fit
      ended("failed");
      if (states.loaded().empty()) throw;
      throw format_error(
          states.loaded(),
          "is no state that this run can go on with; start the run again with --force");
    }
  }

  void ended(const char* status) {
    manifest_["status"] = status;
    folder_->write_manifest(manifest_);
  }

  const Measurement& measurement_;
  const SolveOptions& options_;
  Observer& observer_;
  Problem problem_;
  std::unique_ptr<Solver> solver_;
  SolverState start_;
  Json config_, manifest_;
  std::optional<RunFolder> folder_;
};

}  // namespace

SolveResult solve_measurement(const Measurement& measurement, const std::string& measurement_hash,
                              const Model& model, const SolveOptions& options, RunMode mode,
                              Observer& observer) {
  return SolveRun(measurement, measurement_hash, model, options, mode, observer).result(mode);
}

SolveResult solve(const SolveOptions& options, RunMode mode, Observer& observer) {
  validate(options);
  const std::vector<fs::path> files = measurement_files(options);
  const Model model = load_model(options, options);
  for (const std::string& warning : model.warnings) observer.on_warning(warning);
  const auto solve_file = [&](const fs::path& file, const SolveOptions& own, RunMode how) {
    const HashedFile y = read_hashed(file);
    return solve_measurement(read_measurement(y.bytes, file), y.sha256, model, own, how, observer);
  };
  if (!fs::is_directory(options.measurement)) return solve_file(files[0], options, mode);

  for (const fs::path& file : files) require_solvable(file, read_measurement(file), model, options);
  const RunFolder whole(options.output, mode, repeatable(options, model), kFreeOptions);
  Json runs = Json::array(), names = Json::array();
  for (const fs::path& file : files) {
    SolveOptions one = options;
    one.measurement = file.string();
    one.output = (Folder(options.output) / file.stem().string()).string();  // no link
    // What an interrupted run of the folder has not come to may still hold an earlier run.
    const bool begun = RunFolder::holds(one.output, repeatable(one, model), kFreeOptions);
    const SolveResult result =
        solve_file(file, one, mode == RunMode::resume && !begun ? RunMode::force : mode);
    runs.push_back(result.manifest);
    runs.back()["run"] = one.output;
    names.push_back(file.stem().string());
    if (!result.finished) return {{{"status", "interrupted"}, {"runs", runs}}, false};
  }
  whole.finish({{"format", kRunsFormat}, {"status", "finished"}, {"runs", names}});
  return {{{"status", "finished"}, {"runs", runs}}, true};
}

}  // namespace sgilo
