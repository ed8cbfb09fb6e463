// The frozen tensors of an operator as they come from a file: each is checked before it is used.
// All throw FormatError, naming the tensor.
#pragma once

#include <string>

#include "sgilo/core/state_dict.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// A finite tensor of this shape; -1 accepts any size.
const Tensor& require_state(const StateDict& state, const std::string& name,
                            torch::IntArrayRef shape);

// Distinct indices below `count`, [m] with m >= 1, as int64.
Tensor require_indices(const StateDict& state, const std::string& name, std::int64_t count);

}  // namespace sgilo
