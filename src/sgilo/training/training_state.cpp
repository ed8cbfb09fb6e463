#include "sgilo/training/training_state.h"

#include <cstring>
#include <sstream>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/core/options_json.h"
#include "sgilo/files/make_folder.h"

namespace sgilo {
namespace {

std::filesystem::path state_file(const std::filesystem::path& folder) {
  return folder / "state.safetensors";
}

}  // namespace

void save_training_state(const std::filesystem::path& folder, const TrainingState& state) {
  make_folder(folder);
  write_safetensors(state_file(folder), state.tensors, {{"counters", Json(state.counters).dump()}});
}

std::optional<TrainingState> load_training_state(const std::filesystem::path& folder) {
  const auto path = state_file(folder);
  if (!std::filesystem::exists(path)) return std::nullopt;
  SafetensorsFile file = read_safetensors(path);
  TrainingState state{std::move(file.tensors), {}};
  try {
    state.counters = Json::parse(file.metadata["counters"]).get<std::map<std::string, double>>();
  } catch (const nlohmann::json::exception&) {
    throw FormatError(
        concat(path.string(), ": the metadata must hold the counters of a training run"));
  }
  return state;
}

Tensor optimizer_bytes(const torch::optim::Optimizer& optimizer) {
  torch::serialize::OutputArchive archive;
  optimizer.save(archive);
  std::ostringstream stream;
  archive.save_to(stream);
  const std::string text = stream.str();
  Tensor bytes = torch::empty({static_cast<std::int64_t>(text.size())}, torch::kUInt8);
  std::memcpy(bytes.data_ptr(), text.data(), text.size());
  return bytes;
}

void load_optimizer_bytes(torch::optim::Optimizer& optimizer, const Tensor& bytes) {
  const Tensor flat = bytes.contiguous();
  std::istringstream stream(std::string(static_cast<const char*>(flat.data_ptr()),
                                        static_cast<std::size_t>(flat.numel())));
  torch::serialize::InputArchive archive;
  archive.load_from(stream);
  optimizer.load(archive);
}

}  // namespace sgilo
