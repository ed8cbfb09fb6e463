// The state of a training run on disk: tensors, optimiser and counters in one file that is replaced
// atomically, so that a kill at any moment leaves the state of the last save.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "sgilo/core/state_dict.h"

namespace sgilo {

struct TrainingState {
  StateDict tensors;  // "generator.mapping.fc0.weight", "optimizer.generator", ...
  std::map<std::string, double> counters;  // "step", "images", "seconds"
};

// <folder>/state.safetensors. The folder is made when missing.
void save_training_state(const std::filesystem::path& folder, const TrainingState& state);
// Nothing when the folder holds no state; throws FormatError for a damaged one.
std::optional<TrainingState> load_training_state(const std::filesystem::path& folder);

// The state of a libtorch optimiser as one tensor of bytes, and back.
Tensor optimizer_bytes(const torch::optim::Optimizer& optimizer);
void load_optimizer_bytes(torch::optim::Optimizer& optimizer, const Tensor& bytes);

}  // namespace sgilo
