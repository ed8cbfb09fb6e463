// Distortion of images in [-1, 1]; values are clamped to that range first, so the data range is 2.
// psnr = 10 log10(2^2 / mean squared error).
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// Both images are [N, C, H, W] of one shape; the result is [N], one value per image, and carries
// gradients. Throws ConfigError when the shapes differ.
Tensor mean_squared_error(const Tensor& image, const Tensor& reference);
Tensor psnr(const Tensor& image, const Tensor& reference);  // dB; infinite for equal images

}  // namespace sgilo
