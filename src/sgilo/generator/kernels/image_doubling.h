// The skip image of the fused synthesis: doubling with the [1,3,3,1] filter and its adjoint, on
// [N,3,r,r] float32. Reference: upsample_filter.h.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// image + bias + upsample(skip): image [N,3,2r,2r], bias [3], skip [N,3,r,r] or undefined (none).
Tensor add_doubled(const Tensor& image, const Tensor& bias, const Tensor& skip);

// The adjoint of upsample: [N,3,2r,2r] -> [N,3,r,r].
Tensor doubled_adjoint(const Tensor& gradient);

}  // namespace sgilo
