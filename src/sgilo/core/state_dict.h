// Named tensors: what lies between files (checkpoint) and modules (generator, score).
// Neither knows the other.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sgilo/core/torch.h"

namespace sgilo {

using StateDict = std::map<std::string, Tensor>;

// The entries whose name starts with `prefix`, without it.
StateDict with_prefix_removed(const StateDict& state, std::string_view prefix);
StateDict with_prefix(const StateDict& state, std::string_view prefix);

// Parameters and buffers of a module under their dotted names;
// tensors share memory with the module.
StateDict state_of(const torch::nn::Module& module);

// Copies `state` into the module's parameters and buffers, converting the type. Every tensor of the
// module must be present with its shape, and no other; throws FormatError naming the first tensor
// that is missing, mis-shaped or unknown.
void load_state(torch::nn::Module& module, const StateDict& state);

// Like load_state, but the module takes over the tensors themselves instead of copying those that
// have its type: whoever still holds them shares memory with the module.
void adopt_state(torch::nn::Module& module, StateDict state);

// Throws FormatError when `name` is missing.
const Tensor& require_tensor(const StateDict& state, const std::string& name);

}  // namespace sgilo
