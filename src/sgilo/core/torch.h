// The only include of libtorch: one place for its headers, warnings and the names that the project
// uses.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sgilo {

using torch::Tensor;
using Shape = std::vector<std::int64_t>;

}  // namespace sgilo
