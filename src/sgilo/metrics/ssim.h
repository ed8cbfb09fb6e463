// Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004): local means, variances and
// covariance under a Gaussian window of 11 x 11, sigma 1.5;
//   ssim = (2 ma mb + c1) (2 cov + c2) / ((ma^2 + mb^2 + c1) (va + vb + c2)),
// c1 = (0.01 L)^2, c2 = (0.03 L)^2, L = 2 for images in [-1, 1] (clamped first). The mean runs over
// the positions where the whole window lies inside the image, and over the channels.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// Images [N, C, H, W] of one shape, H and W at least 11; the result is [N] and carries gradients.
// Throws ConfigError when the shapes differ or an image is smaller than the window.
Tensor ssim(const Tensor& image, const Tensor& reference);

}  // namespace sgilo
