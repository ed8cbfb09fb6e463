// The constraint sets of ILO (Daras et al. 2021b): an l1 ball about the previous stage's result,
// and spheres on which draws of N(0, I) concentrate.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// The nearest point of {x : ||x - centre||_1 <= radius} to each row of x [N, ...] (Michelot
// 1986; the simplex projection of Duchi et al. 2008 without its sort).
Tensor project_l1_ball(const Tensor& x, const Tensor& centre, double radius);

// x scaled to norm sqrt(d): over the last axis for style rows [N, rows, d], over all but the first
// for noise inputs.
Tensor project_style_sphere(const Tensor& styles);
Tensor project_noise_sphere(const Tensor& noise);

}  // namespace sgilo
