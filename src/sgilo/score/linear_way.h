// How linear maps of frozen float32 weights are computed on the CPU.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

enum class LinearWay {
  blas,
  large_convolution,  // large ones as convolutions of 1x1 pixels, by oneDNN: faster where the BLAS
                      // has no kernels for the processor
  convolution         // all but tiny ones: where the BLAS knows no AVX
};

// x [..., I], weight [O, I], bias [O] -> x W^T + b [..., O]. Differentiable. Products too small to
// pay for a convolution's preparation go to the BLAS either way.
Tensor linear_product(const Tensor& x, const Tensor& weight, const Tensor& bias, LinearWay way);

}  // namespace sgilo
