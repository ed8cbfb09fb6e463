// The mean of numbers, in double.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

inline double average(const Tensor& x) { return x.to(torch::kFloat64).mean().item<double>(); }

}  // namespace sgilo
