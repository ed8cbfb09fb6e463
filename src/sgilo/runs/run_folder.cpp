#include "sgilo/runs/run_folder.h"

#include "sgilo/core/parse_json.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/runs/old_config.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReplaced = "replaced";

// Names of a run's files in the folder, the manifest last.
std::vector<std::string> run_files(const fs::path& path) {
  std::vector<std::string> names;
  for (const char* name : {"config.json", "state", "samples", "images", "mean.png", "std.png",
                           "draws.safetensors", "report.html"})
    if (fs::exists(path / name)) names.push_back(name);
  for (const auto& item : fs::directory_iterator(path)) {
    const std::string name = item.path().filename().string();
    if (name.starts_with("trace_") && name.ends_with(".csv")) names.push_back(name);
  }
  if (fs::exists(path / "manifest.json")) names.push_back("manifest.json");
  return names;
}

bool of_a_run(const Json& manifest) {
  const Json format = manifest.is_object() ? manifest.value("format", Json()) : Json();
  return format == kRunFormat || format == kRunsFormat;
}

// A finished run moves into replaced/, from where the end of the new one removes it; an unfinished
// one goes, and what it was to replace stays there. The manifest moves last: without one, replaced/
// holds the first half of a move that was cut off.
void make_way(const fs::path& path, bool finished) {
  const fs::path aside = path / kReplaced;
  if (finished) {
    if (fs::exists(aside / "manifest.json")) remove_folder(aside);
    make_folder(aside);
  }
  for (const std::string& name : run_files(path)) {
    if (finished)
      fs::rename(path / name, aside / name);
    else
      fs::remove_all(path / name);
  }
}

// The path of the first option in which a run's configurations differ, "solver.chains", and what it
// was and is; nothing when only keys of `free` do.
struct Difference {
  std::string path;
  Json before, now;
};
std::optional<Difference> difference(const Json& before, const Json& now,
                                     const std::vector<std::string>& free) {
  const Json old = before.flatten(), current = now.flatten();
  for (const Json& all : {current, old})  // the old ones too: an option or an element may be gone
    for (const auto& item : all.items()) {
      const std::string& pointer = item.key();
      std::string path = pointer.substr(1);
      std::replace(path.begin(), path.end(), '/', '.');
      const std::string key = path.substr(0, path.find('.'));
      if (std::find(free.begin(), free.end(), key) != free.end()) continue;
      const Json was = old.value(pointer, Json()), is = current.value(pointer, Json());
      if (was != is) return {{path, was, is}};
    }
  return std::nullopt;
}

}  // namespace

RunFolder::RunFolder(const fs::path& path, RunMode mode, const Json& config,
                     const std::vector<std::string>& free)
    : path_(path) {
  const fs::path config_file = path_ / "config.json", manifest_file = path_ / "manifest.json";
  const auto require_resumable = [&](bool ours) {
    if (mode == RunMode::resume && !(ours && fs::exists(config_file)))
      throw ConfigError(concat(path.string(), " holds no run that could be resumed"));
  };
  require_resumable(fs::exists(manifest_file));  // before a folder is made
  make_folder(path_);
  lock_.emplace(path_);
  if (fs::exists(manifest_file)) earlier_ = read_json_file(manifest_file);
  const bool ours = of_a_run(earlier_);
  require_resumable(ours);
  std::vector<std::string> present = run_files(path_);
  if (fs::exists(path_ / kReplaced)) present.emplace_back(kReplaced);
  if (!ours && !present.empty())
    throw ConfigError(concat(path.string(), " holds files that are not of a run (", join(present),
                             "); name another folder"));
  if (mode == RunMode::fresh && ours)
    throw ConfigError(concat(path.string(), " holds ", finished() ? "a finished" : "an unfinished",
                             " run; name another folder, replace it with --force or go on with "
                             "--resume ",
                             path.string()));
  if (mode == RunMode::resume) {
    if (const auto other = difference(upgraded_config(read_json_file(config_file)), config, free))
      throw ConfigError(concat(path.string(), ": a resumed run keeps its options, but ",
                               other->path, " was ", other->before.dump(), " and now is ",
                               other->now.dump()));
    return;
  }
  if (ours) make_way(path_, finished());
  earlier_ = Json();
  write_manifest({{"format", kRunFormat}, {"status", "begun"}});
  write_file_atomically(config_file, config.dump(2) + "\n");
}

bool RunFolder::holds(const fs::path& path, const Json& config,
                      const std::vector<std::string>& free) {
  const fs::path config_file = path / "config.json";
  return fs::exists(path / "manifest.json") && fs::exists(config_file) &&
         !difference(upgraded_config(read_json_file(config_file)), config, free);
}

bool RunFolder::finished() const {
  return earlier_.is_object() && earlier_.value("status", "") == "finished";
}

void RunFolder::write_manifest(const Json& manifest) const {
  write_file_atomically(path_ / "manifest.json", manifest.dump(2) + "\n");
}

void RunFolder::finish(const Json& manifest) const {
  write_manifest(manifest);
  for (const char* name : {"state", kReplaced}) remove_folder(path_ / name);
}

Json read_json_file(const fs::path& path) { return parse_json(read_file(path), path.string()); }

}  // namespace sgilo
