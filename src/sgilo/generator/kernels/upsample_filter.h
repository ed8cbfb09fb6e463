// Doubling of an image with the [1,3,3,1] filter,
// as the skip architecture of StyleGAN2 adds up its to-RGB outputs.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// Zeros inserted, padded (2 before, 1 after),
// filtered with outer([1,3,3,1])/64 * 4: [N,C,H,W] -> [N,C,2H,2W].
Tensor upsample(const Tensor& image);

}  // namespace sgilo
