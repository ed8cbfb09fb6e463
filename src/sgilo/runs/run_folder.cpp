#include "sgilo/runs/run_folder.h"

#include "sgilo/core/parse_json.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
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
    if (fs::exists(fs::symlink_status(path / name))) names.push_back(name);
  for (const auto& item : fs::directory_iterator(path)) {
    const std::string name = item.path().filename().string();
    if (name.starts_with("trace_") && name.ends_with(".csv")) names.push_back(name);
  }
  if (fs::exists(fs::symlink_status(path / "manifest.json"))) names.push_back("manifest.json");
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
  std::vector<std::string> names = run_files(path);
  for (const char* name : {"metrics.csv", "comparison.csv"})  // what 'compare' says of the run
    if (fs::exists(fs::symlink_status(path / name))) names.insert(names.begin(), name);
  for (const std::string& name : names) {
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
                                     const std::vector<std::string>& free,
                                     const std::string& place = "") {
  const auto within = [&](const std::string& name) -> std::optional<Difference> {
    const Json was = before.value(name, Json()), is = now.value(name, Json());
    return difference(was, is, {}, concat(place, place.empty() ? "" : ".", name));
  };
  if (before.is_object() && now.is_object()) {
    for (const Json* all : {&now, &before})  // the old ones too: an option may be gone
      for (const auto& item : all->items()) {
        if (std::find(free.begin(), free.end(), item.key()) != free.end()) continue;
        if (all == &before && now.contains(item.key())) continue;
        if (const auto found = within(item.key())) return found;
      }
    return std::nullopt;
  }
  if (before == now) return std::nullopt;
  return {{place, before, now}};
}

// What the operating system refuses.
Error refused(const fs::path& path, const fs::filesystem_error& error) {
  const fs::path& place = error.path1().empty() ? path : error.path1();
  return Error(concat(place.string(), ": ", file_problem(error.code().value())));
}

std::string text_in(const Json& json, const char* key) {
  const Json value = json.is_object() ? json.value(key, Json()) : Json();
  return value.is_string() ? value.get<std::string>() : std::string();
}

Json config_in(const fs::path& file) {
  const Json config = read_json_file(file);
  if (!config.is_object()) throw format_error(file, "must hold an object of options");
  return upgraded_config(config);
}

}  // namespace

RunFolder::RunFolder(const fs::path& path, RunMode mode, const Json& config,
                     const std::vector<std::string>& free) try
    : path_(path) {
  const fs::path config_file = path_ / "config.json", manifest_file = path_ / "manifest.json";
  const auto require_resumable = [&](bool ours) {
    if (mode == RunMode::resume && !(ours && fs::exists(config_file)))
      throw ConfigError(concat(path_.string(), " holds no run that could be resumed"));
  };
  require_resumable(fs::exists(manifest_file));  // before a folder is made
  const Folder folder = Folder::made(path_);
  lock_.emplace(folder);
  if (folder.holds("manifest.json"))
    earlier_ = parse_json(folder.read("manifest.json"), manifest_file.string());
  const bool ours = of_a_run(earlier_);
  require_resumable(ours);
  if (ours) folder.require_plain_files();  // it may come from elsewhere
  std::vector<std::string> present = run_files(path_);
  if (fs::exists(path_ / kReplaced)) present.emplace_back(kReplaced);
  if (!ours && !present.empty())
    throw ConfigError(concat(path_.string(), " holds files that are not of a run (", join(present),
                             "); name another folder"));
  if (mode == RunMode::fresh && ours)
    throw ConfigError(concat(path_.string(), " holds ", finished() ? "a finished" : "an unfinished",
                             " run; name another folder, replace it with --force or go on with "
                             "--resume ",
                             path_.string()));
  if (mode == RunMode::resume) {
    if (const auto other = difference(config_in(config_file), config, free))
      throw ConfigError(concat(path_.string(), ": a resumed run keeps its options, but ",
                               other->path, " was ", other->before.dump(), " and now is ",
                               other->now.dump()));
    return;
  }
  if (ours) make_way(path_, finished());
  earlier_ = Json();
  write_manifest({{"format", kRunFormat}, {"status", "begun"}});
  write_file_atomically(config_file, config.dump(2) + "\n");
} catch (const fs::filesystem_error& error) {
  throw refused(path, error);
}

bool RunFolder::holds(const fs::path& path, const Json& config,
                      const std::vector<std::string>& free) {
  const fs::path config_file = path / "config.json";
  try {
    if (fs::is_directory(path)) Folder(path).require_plain_files();
    return fs::exists(path / "manifest.json") && fs::exists(config_file) &&
           !difference(config_in(config_file), config, free);
  } catch (const fs::filesystem_error& error) {
    throw refused(path, error);
  }
}

bool RunFolder::finished() const { return text_in(earlier_, "status") == "finished"; }

void RunFolder::write_manifest(const Json& manifest) const {
  write_file_atomically(path_ / "manifest.json", manifest.dump(2) + "\n");
}

void RunFolder::finish(const Json& manifest) const {
  write_manifest(manifest);
  for (const char* name : {"state", kReplaced}) remove_folder(path_ / name);
}

Json read_json_file(const fs::path& path) {
  const Folder folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
  return parse_json(folder.read(path.filename().string(), JsonLimits().bytes), path.string());
}

}  // namespace sgilo
