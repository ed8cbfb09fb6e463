// Shapes as people read them, and the checks that name what was expected and found.
#pragma once

#include <string>
#include <string_view>

#include "sgilo/core/torch.h"

namespace sgilo {

// "[1, 3, 64, 64]"
std::string shape_text(torch::IntArrayRef shape);

// Throws ConfigError "<what> must have shape [..], but has [..]";
// -1 in `expected` accepts any size.
void require_shape(std::string_view what, const Tensor& tensor, torch::IntArrayRef expected);

// Throws NumericError "<what> is not finite" when any element is NaN or infinite.
void require_finite(std::string_view what, const Tensor& tensor);

}  // namespace sgilo
