// A prior as samplers see it: the gradient of the log
// density of a variable at noise level t of the SDE.
#pragma once

#include <functional>

#include "sgilo/core/torch.h"

namespace sgilo {

// grad_x log p_t(x): x [N, ...] in standardised coordinates,
// t [N] in [0, 1]; returns the shape of x.
using ScoreFunction = std::function<Tensor(const Tensor& x, const Tensor& t)>;

}  // namespace sgilo
