#include "sgilo/workflows/solve.h"

#include <optional>

#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/runs/profile.h"
#include "sgilo/runs/run_report.h"
#include "sgilo/runs/state_folder.h"
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
  solver->start(problem, {RowKey{}}, streams);
  if (problem.rows_at_once == 1 && affordable_rows(model, options, 1) < 1)
    observer.on_warning(concat("max_memory = ", options.max_memory,
                               " MiB leaves no room for an evaluation of one row; it is done all "
                               "the same"));
  const Json config = repeatable(options, model);
  Json manifest = manifest_of(measurement, measurement_hash, model, options, problem, *solver);
  RunFolder folder(options.output, mode, config, kFreeOptions);
  if (mode == RunMode::resume) {
    require_same_inputs(folder, manifest);
    if (folder.finished()) {
      observer.on_message(concat(options.output, " is finished, nothing is left to do"));
      return {folder.earlier_manifest(), true};
    }
  }
  folder.write_manifest(manifest);

  StateFolder states(folder.path() / "state", options.save_minutes, device_of(options.device));
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
    one.output = (fs::path(options.output) / file.stem()).string();
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
