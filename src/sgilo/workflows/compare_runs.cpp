#include "sgilo/workflows/compare_runs.h"

#include <algorithm>

#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/last_name.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

// Of paths that are too long or closed to us, too, where the library throws.
bool is_there(const fs::path& path) {
  std::error_code none;
  return fs::exists(path, none);
}
bool is_folder(const fs::path& path) {
  std::error_code none;
  return fs::is_directory(path, none);
}

fs::path manifest_file(const fs::path& folder) { return folder / "manifest.json"; }

void require_run_folder(const fs::path& folder) {
  if (is_folder(folder)) return;
  throw format_error(folder,
                     is_there(folder)
                         ? "must be the folder of a run, as 'sgilo solve' leaves it, but is a file"
                         : "there is no such run folder");
}

FormatError no_manifest(const fs::path& folder) {
  return format_error(folder, "is no run folder, manifest.json is missing");
}

}  // namespace

FormatError contradiction(const fs::path& folder) {
  return format_error(folder,
                      "is not the folder of a finished run: its files contradict each other");
}

std::vector<RunPlace> runs_of(const fs::path& folder) {
  require_run_folder(folder);
  std::vector<std::string> names;
  if (is_there(manifest_file(folder))) {
    const Json manifest = read_json_file(manifest_file(folder));
    if (!manifest.is_object() || manifest.value("format", Json()) != kRunsFormat)
      return {RunPlace{folder, last_name(folder)}};
    try {
      names = manifest.at("runs").get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception&) {
      throw contradiction(folder);
    }
    if (names.empty()) throw contradiction(folder);
  } else {
    std::error_code problem;
    for (fs::directory_iterator item(folder, problem), end; !problem && item != end;
         item.increment(problem))
      if (is_there(manifest_file(item->path()))) names.push_back(item->path().filename().string());
    if (problem) throw format_error(folder, file_problem(problem.value()));
  }
  if (names.empty()) throw no_manifest(folder);
  std::sort(names.begin(), names.end());
  std::vector<RunPlace> runs;
  const Folder inside(folder);
  for (const std::string& name : names)  // a manifest may name what lies elsewhere
    runs.push_back({inside.folder(name).path(), concat(last_name(folder), "/", name), true});
  return runs;
}

ComparedRun read_run(const RunPlace& place) {
  require_run_folder(place.folder);
  if (!is_there(manifest_file(place.folder))) throw no_manifest(place.folder);
  ComparedRun run;
  static_cast<FinishedRun&>(run) = read_finished_run(place.folder);
  run.folder = place.folder;
  run.name = place.name;
  const Tensor& last = run.draws.at("last");
  for (std::size_t i = 0; i < run.images.size(); ++i) {
    std::vector<std::int64_t> healthy;
    for (std::size_t c = 0; c < run.healthy[i].size(); ++c)
      if (run.healthy[i][c]) healthy.push_back(static_cast<std::int64_t>(c));
    run.last.push_back(
        last[static_cast<std::int64_t>(i)].index_select(0, torch::tensor(healthy, torch::kInt64)));
  }
  return run;
}

}  // namespace sgilo
