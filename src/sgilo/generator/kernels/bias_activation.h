// The element-wise end of a synthesis layer: lrelu(d * y + strength * noise + bias) * sqrt(2),
// slope 0.2, then the clamp.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

struct NoiseInput {
  Tensor noise;     // [H,W], [1|N,1,H,W] or undefined (no noise)
  Tensor strength;  // 0-dimensional
};

// y [N,O,H,W], demodulation [N,O], bias [O]; clamp > 0 limits the result to [-clamp, clamp].
Tensor bias_activation(const Tensor& y, const Tensor& demodulation, const Tensor& bias,
                       const NoiseInput& noise, double clamp);

}  // namespace sgilo
