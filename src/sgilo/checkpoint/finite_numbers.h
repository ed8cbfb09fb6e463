// What a file holds as weights or data must be numbers: nan and infinity are the file's fault.
#pragma once

#include <filesystem>
#include <string>

#include "sgilo/core/state_dict.h"

namespace sgilo {

// Throw FormatError "<path>: must hold finite numbers, but 3 of its 12 are nan or infinite", of a
// state for the first such tensor: "<path>: tensor '<prefix><name>' must hold ...".
void require_finite_numbers(const Tensor& array, const std::filesystem::path& path);
void require_finite_numbers(const StateDict& state, const std::filesystem::path& path,
                            const std::string& prefix = "");

}  // namespace sgilo
