#include "sgilo/runs/state_folder.h"

#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/make_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "sgilo solver state 3";
constexpr const char* kRemedy = "start the run again with --force";

FormatError refused(const fs::path& path, const std::string& why) {
  return format_error(
      path, concat("is no state of this run by this version of sgilo (", why, "); ", kRemedy));
}

// One per group, named by its first row.
fs::path file_of(const fs::path& folder, const std::vector<RowKey>& rows) {
  const RowKey& first = rows.front();
  return folder / (first.chain == 0
                       ? concat("images_", first.image, ".safetensors")
                       : concat("images_", first.image, "_chain_", first.chain, ".safetensors"));
}

const std::string& entry(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) throw FormatError(concat("entry '", key, "' is missing"));
  return found->second;
}

double seconds_in(const SafetensorsFile& file) {
  const Json json = parse_json(entry(file, "seconds"), "entry 'seconds'");
  if (!json.is_number() || !(json.get<double>() >= 0))
    throw FormatError("entry 'seconds' must be a number of at least 0");
  return json.get<double>();
}

}  // namespace

StateFolder::StateFolder(const fs::path& folder, double save_minutes, torch::Device device,
                         const std::string& run, Check check)
    : folder_(folder),
      save_seconds_(60 * save_minutes),
      device_(device),
      run_(run),
      check_(std::move(check)) {
  make_folder(folder);
}

std::optional<SolverState> StateFolder::load(const std::vector<RowKey>& rows) {
  before_ = 0;
  group_ = saved_ = {};
  loaded_.clear();
  const fs::path path = file_of(folder_, rows);
  std::error_code problem;
  if (!fs::exists(fs::symlink_status(path, problem))) return std::nullopt;
  const SafetensorsFile file = read_sealed(path, kFormat, run_, kRemedy);
  try {
    SavedFields saved{file.tensors, parse_json(entry(file, "state"), "entry 'state'")};
    if (!saved.values.is_object()) throw FormatError("entry 'state' must be an object");
    for (auto& [name, tensor] : saved.tensors) tensor = tensor.to(device_);
    SolverState state = load_fields<SolverState>(saved, static_cast<std::int64_t>(rows.size()));
    if (state.rows != rows || state.failures.size() != rows.size())
      throw FormatError("it is of other images or chains");
    if (check_) check_(state);
    before_ = seconds_in(file);
    loaded_ = path;
    return state;
  } catch (const Error& error) {
    throw refused(path, error.what());
  }
}

void StateFolder::save(const SolverState& state) const {
  const SavedFields saved = save_fields(state);
  write_sealed(file_of(folder_, state.rows), saved.tensors,
               {{"format", kFormat},
                {"state", saved.values.dump()},
                {"seconds", Json(before_ + group_.seconds()).dump()}},
               run_);
}

void StateFolder::on_step(const SolverState& state) {
  if (saved_.seconds() < save_seconds_) return;
  save(state);
  saved_ = {};
}

void StateFolder::on_end(const SolverState& state) {
  save(state);
  seconds_ += before_ + group_.seconds();
}

}  // namespace sgilo
