// The only include of libtorch: one place for its headers, warnings and the names that the project
// uses. Not torch/torch.h: what that adds (all network layers, TorchScript, data loaders) doubles
// the compilation time of every file. Add a header here when something is missing.
#pragma once

// clang-format off: the others rely on the first
#include <torch/types.h>
// clang-format on
#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/fft.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/functional/activation.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/optim/adam.h>
#include <torch/serialize.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sgilo {

using torch::Tensor;
using Shape = std::vector<std::int64_t>;

}  // namespace sgilo
