// Adam's memory as plain named tensors. libtorch's own way of saving optimisers is a TorchScript
// archive, and reading one runs the code that it holds.
#pragma once

#include "sgilo/core/state_dict.h"

namespace sgilo {

// For each parameter of the module "<name>.step" (int64), "<name>.exp_avg" and "<name>.exp_avg_sq",
// copies; zeros for a parameter that never had a gradient, of which Adam itself keeps nothing.
StateDict adam_state(const torch::optim::Adam& adam, const torch::nn::Module& module);

// Throws FormatError for tensors that are missing, unknown, of another shape, or that Adam cannot
// have after `steps` steps of training, each of which takes one or two of its own. That they are
// finite is for who reads them to see (training_folder.h).
void load_adam_state(torch::optim::Adam& adam, const torch::nn::Module& module,
                     const StateDict& state, std::int64_t steps);

}  // namespace sgilo
