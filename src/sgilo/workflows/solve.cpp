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

}  // namespace

SolveResult solve_measurement(const Measurement& measurement, const std::string& measurement_hash,
                              const Model& model, const SolveOptions& options, RunMode mode,
                              Observer& observer) {
  const Problem problem = make_problem(measurement, model, options);
  const auto solver = make_solver(options.solver);
  const RandomStreams streams = streams_of(options);
  // What the solver refuses, it refuses before anything is written.
  const SolverState start = solver->start(problem, {RowKey{}}, streams);
  if (options.max_memory > 0 && model.loaded_mib + model.row_mib > options.max_memory)
    observer.on_warning(concat("max_memory = ", options.max_memory, " MiB is less than the ",
                               std::ceil(model.loaded_mib + model.row_mib),
                               " that the program takes with one row; rows are evaluated one by "
                               "one all the same"));
  const Json config = repeatable(options, model);
  Json manifest = manifest_of(measurement, measurement_hash, model, options, problem, *solver);
  manifest["run"] = run_identity(config, kFreeOptions, manifest);
  RunFolder folder(options.output, mode, config, kFreeOptions);
  if (mode == RunMode::resume) {
    require_same_run(folder, manifest, options);
    if (folder.finished()) {
      require_results(folder.path() / "manifest.json", folder.earlier_manifest());
      read_draws(folder.path(), manifest["run"]);  // that there are, as the run left them
      observer.on_message(concat(options.output, " is finished, nothing is left to do"));
      return {folder.earlier_manifest(), true};
    }
  }
  folder.write_manifest(manifest);

  const std::int64_t kept = kept_of(options.solver);
  StateFolder states(
      folder.path() / "state", options.save_minutes, device_of(options.device), manifest["run"],
      [&](const SolverState& state) { require_state_of(state, start, *solver, problem, kept); });
  std::optional<Profile> profile;
  if (options.profile) profile.emplace();
  const auto restored = [&] {
    const std::vector<RowKey> rows = rows_of(measurement, options);
    if (!profile)
      return restore(problem, *solver, rows, streams, observer, states,
                     rows_per_state(measurement, options));
    return restore(profile->watched(problem), *profile->watched(*solver), rows, streams, observer,
                   states, rows_per_state(measurement, options));
  };
  const auto ended = [&](const char* status) {
    manifest["status"] = status;
    folder.write_manifest(manifest);
  };
  Reconstruction result;
  try {
    result = restored();
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
  if (!result.finished) {
    manifest["seconds"] = states.seconds();
    ended("interrupted");
    return {manifest, false};
  }
  enter_results(manifest, result, states.seconds());
  if (profile) manifest["profile"] = profile->seconds();
  manifest["status"] = "finished";
  write_run_results(folder.path(), measurement, result, config, manifest);
  folder.finish(manifest);
  return {manifest, true};
}

SolveResult solve(const SolveOptions& options, RunMode mode, Observer& observer) {
  validate(options);
  const std::vector<fs::path> files = measurement_files(options);
  const Model model = load_model(options, options);
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
