#include "sgilo/workflows/run_folder.h"

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw Error(
        concat(path.string(), ": the folder cannot be made: ", file_problem(error.value())));
  if (!fs::is_directory(path))
    throw Error(concat(path.string(), ": the folder cannot be made: a file has this name"));
}

// The files that a run leaves; others in the folder are not ours.
void remove_run(const fs::path& path) {
  for (const char* name : {"manifest.json", "config.json", "state", "samples", "images", "mean.png",
                           "std.png", "draws.safetensors", "report.html"})
    fs::remove_all(path / name);
  for (const auto& item : fs::directory_iterator(path)) {
    const std::string name = item.path().filename().string();
    if (name.starts_with("trace_") && name.ends_with(".csv")) fs::remove(item.path());
  }
}

void require_same_run(const fs::path& path, const Json& before, const Json& now,
                      const std::vector<std::string>& free) {
  for (const auto& item : now.items())
    if (std::find(free.begin(), free.end(), item.key()) == free.end() &&
        before.value(item.key(), Json()) != item.value())
      throw ConfigError(concat(path.string(), ": a resumed run keeps its options, but ", item.key(),
                               " was ", before.value(item.key(), Json()).dump(), " and now is ",
                               item.value().dump()));
}

}  // namespace

RunFolder::RunFolder(const fs::path& path, RunMode mode, const Json& config,
                     const std::vector<std::string>& free)
    : path_(path) {
  const fs::path config_file = path_ / "config.json", manifest_file = path_ / "manifest.json";
  if (mode == RunMode::resume && !fs::exists(config_file))
    throw ConfigError(concat(path.string(), " holds no run that could be resumed"));
  make_folder(path_);
  lock_.emplace(path_);
  if (mode == RunMode::force) remove_run(path_);
  if (fs::exists(manifest_file)) earlier_ = read_json_file(manifest_file);
  if (mode == RunMode::fresh && (fs::exists(config_file) || !earlier_.is_null()))
    throw ConfigError(concat(path.string(), " holds ", finished() ? "a finished" : "an unfinished",
                             " run; name another folder, replace it with --force or go on with "
                             "--resume ",
                             path.string()));
  if (mode == RunMode::resume) require_same_run(path_, read_json_file(config_file), config, free);
  if (mode != RunMode::resume) write_file_atomically(config_file, config.dump(2) + "\n");
}

bool RunFolder::finished() const {
  return earlier_.is_object() && earlier_.value("status", "") == "finished";
}

void RunFolder::write_manifest(const Json& manifest) const {
  write_file_atomically(path_ / "manifest.json", manifest.dump(2) + "\n");
}

Json read_json_file(const fs::path& path) {
  try {
    return Json::parse(read_file(path));
  } catch (const nlohmann::json::exception&) {
    throw format_error(path, "is not JSON");
  }
}

void save_solver_state(const fs::path& path, const SavedState& saved) {
  const SolverState& state = saved.state;
  StateDict tensors = with_prefix(state.tensors, "solver.");
  Json variables = Json::array(), counters = Json::object();
  for (const auto& [name, value] : state.latent.variables) {
    tensors["latent." + name] = value.detach();
    variables.push_back(name);
  }
  for (const auto& [name, value] : state.counters) counters[name] = value;
  const Json json = {{"images", state.images},     {"chains", state.chains},
                     {"step", state.step},         {"layer", state.latent.layer},
                     {"variables", variables},     {"counters", counters},
                     {"failures", state.failures}, {"seconds", saved.seconds}};
  write_safetensors(path, tensors, {{"format", "sgilo solver state 1"}, {"state", json.dump()}});
}

std::optional<SavedState> load_solver_state(const fs::path& path, torch::Device device) {
  if (!fs::exists(path)) return std::nullopt;
  const SafetensorsFile file = read_safetensors(path);
  try {
    const Json json = Json::parse(file.metadata.at("state"));
    SavedState saved;
    SolverState& state = saved.state;
    state.images = json.at("images").get<std::int64_t>();
    state.chains = json.at("chains").get<std::int64_t>();
    state.step = json.at("step").get<std::int64_t>();
    state.latent.layer = json.at("layer").get<int>();
    for (const Json& name : json.at("variables")) {
      const auto word = name.get<std::string>();
      state.latent.variables.emplace_back(word, file.tensors.at("latent." + word).to(device));
    }
    for (const auto& [name, tensor] : with_prefix_removed(file.tensors, "solver."))
      state.tensors[name] = tensor.to(device);
    for (const auto& item : json.at("counters").items())
      state.counters[item.key()] = item.value().get<double>();
    state.failures = json.at("failures").get<std::vector<std::string>>();
    saved.seconds = json.at("seconds").get<double>();
    if (static_cast<std::int64_t>(state.failures.size()) != state.images * state.chains)
      throw FormatError("");
    return saved;
  } catch (const std::exception&) {
    throw format_error(path, "is no state of a solver; start the run again with --force");
  }
}

}  // namespace sgilo
