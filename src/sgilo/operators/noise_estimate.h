// The standard deviation of the noise in a picture, from the picture alone (Donoho and Johnstone
// 1994, section 4.3): the diagonal detail d = (x00 - x01 - x10 + x11) / 2 of each square of four
// neighbours is mostly noise, and sigma = median |d| / 0.6745 forgives edges.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// picture [C, H, W]; only squares whose four pixels are seen count: mask [H, W], undefined: all.
// Never below the rounding of 8-bit files, (2/255)/sqrt(12). Throws ConfigError when fewer than 16
// squares are whole.
double estimate_noise_std(const Tensor& picture, const Tensor& mask = {});

}  // namespace sgilo
