#include "sgilo/runs/state_folder.h"

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/make_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "sgilo solver state 2";

FormatError refused(const fs::path& path, const std::string& why) {
  return format_error(path, concat("is no state of this run by this version of sgilo (", why,
                                   "); start the run again with --force"));
}

// One per group, named by its first row.
fs::path file_of(const fs::path& folder, const std::vector<RowKey>& rows) {
  const RowKey& first = rows.front();
  return folder / (first.chain == 0
                       ? concat("images_", first.image, ".safetensors")
                       : concat("images_", first.image, "_chain_", first.chain, ".safetensors"));
}

}  // namespace

StateFolder::StateFolder(const fs::path& folder, double save_minutes, torch::Device device)
    : folder_(folder), save_seconds_(60 * save_minutes), device_(device) {
  make_folder(folder);
}

std::optional<SolverState> StateFolder::load(const std::vector<RowKey>& rows) {
  before_ = 0;
  group_ = saved_ = {};
  const fs::path path = file_of(folder_, rows);
  if (!fs::exists(path)) return std::nullopt;
  const SafetensorsFile file = read_safetensors(path);
  try {
    if (file.metadata.at("format") != kFormat)
      throw FormatError(concat("it is of format '", file.metadata.at("format"), "'"));
    SavedFields saved{file.tensors, Json::parse(file.metadata.at("state"))};
    for (auto& [name, tensor] : saved.tensors) tensor = tensor.to(device_);
    SolverState state = load_fields<SolverState>(saved, static_cast<std::int64_t>(rows.size()));
    if (state.rows != rows || state.failures.size() != rows.size())
      throw FormatError("it is of other images or chains");
    before_ = Json::parse(file.metadata.at("seconds")).get<double>();
    return state;
  } catch (const Error& error) {
    throw refused(path, error.what());
  } catch (const Json::exception&) {
    throw refused(path, "its entries are no JSON");
  } catch (const std::out_of_range&) {
    throw refused(path, "an entry is missing");
  }
}

void StateFolder::save(const SolverState& state) const {
  const SavedFields saved = save_fields(state);
  write_safetensors(file_of(folder_, state.rows), saved.tensors,
                    {{"format", kFormat},
                     {"state", saved.values.dump()},
                     {"seconds", Json(before_ + group_.seconds()).dump()}});
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
