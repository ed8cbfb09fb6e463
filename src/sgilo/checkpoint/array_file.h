// One array that the user names: a .npy file, or any other file of arrays that holds one alone or
// one of an expected name, as projected_w.npz of StyleGAN2-ADA holds 'w'.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

// Finite real numbers as float32; `names`: those that the array may have among others, the best first.
// Throws FormatError for a file that open_checkpoint refuses, for several arrays without such a
// name, and for numbers that are not real (as_float32) or not finite.
Tensor read_real_array(const std::filesystem::path& path, const std::vector<std::string>& names);

}  // namespace sgilo
