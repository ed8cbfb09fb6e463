// The library's convolution where the kernels of this folder leave it to the library.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// conv2d without bias, channels last. libtorch itself takes a small image alone through a matrix
// product of the BLAS, which is several times slower than oneDNN.
Tensor library_convolution(const Tensor& x, const Tensor& weight, std::int64_t stride,
                           torch::IntArrayRef padding);

}  // namespace sgilo
