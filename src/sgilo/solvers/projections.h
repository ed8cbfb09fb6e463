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

// Spheres as the released programs take them: about 0, through x as it is when the radii are taken,
// with norms sqrt(sum x^2 + 1e-9) over all axes from the third on. Style rows [N, rows, d] thus
// keep one radius each, noise inputs [N, 1, H, W] one per map, and those of the released SGILO,
// [N, H, W], one per line of the map.
Tensor released_radii(const Tensor& x);
Tensor project_to_radii(const Tensor& x, const Tensor& radii);

}  // namespace sgilo
