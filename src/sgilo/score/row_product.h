// A matrix times one vector on the CPU: reads the weights once, at the memory's speed, which is all
// that such a product costs. SIMD, chosen at run time.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// weight [O,I] float32 or bfloat16, bias [O] and row [I] float32 -> W x + b [O] float32, summed in
// float32. No gradients.
Tensor row_product(const Tensor& weight, const Tensor& bias, const Tensor& row);

}  // namespace sgilo
