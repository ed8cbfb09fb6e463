// The end of a discriminator's layer whose weights are trained, as a differentiable function on the
// CPU with one pass over the pixels per direction (pooling_pass.h). First gradients only; a
// gradient of a gradient is the plain form's to give (discriminator.cpp). Images are [N,C,H,W], channels
// last, float32 or bfloat16, whose arithmetic is float32.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// z = gain * lrelu(y + b) + k, and the means of z over 2x2 pixels.
// y [N,C,2H,2W], bias [C], k as y or undefined.
struct Pooling {
  Tensor bias;
  double gain = 1;
  Tensor added{};
  bool whole = true, pooled = true;  // what is wanted
};
struct PoolingResult {
  Tensor whole, pooled;  // [N,C,2H,2W], [N,C,H,W]
};
PoolingResult trainable_pooling(const Tensor& y, const Pooling& pooling);

}  // namespace sgilo
