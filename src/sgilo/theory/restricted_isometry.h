// The range restricted isometry condition (SGILO Definition A.2): |<A u, A v> - <u, v>| <=
// eps |u| |v| for differences u = G(x_1) - G(x_2), v = G(x_3) - G(x_4) of images. Random quadruples
// give a lower bound of its constant, and what a typical error is.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// (<A u, A v> - <u, v>) / (|u| |v|) of each row of u, v [N, k]; matrix A [m, k]: [N] float64.
Tensor isometry_error(const Tensor& matrix, const Tensor& u, const Tensor& v);

// The standard deviation of that error over Gaussian A with m rows of variance 1 / m:
// sqrt((1 + cos^2 angle(u, v)) / m); sqrt(2 / m) for u = v. [N] float64.
Tensor isometry_error_std(std::int64_t measurements, const Tensor& u, const Tensor& v);

}  // namespace sgilo
