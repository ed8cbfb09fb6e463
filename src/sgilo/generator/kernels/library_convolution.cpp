#include "sgilo/generator/kernels/library_convolution.h"

namespace sgilo {

Tensor library_convolution(const Tensor& x, const Tensor& weight, std::int64_t stride,
                           torch::IntArrayRef padding) {
  const bool direct = x.device().is_cpu() && x.scalar_type() == torch::kFloat32 &&
                      at::globalContext().hasMKLDNN() && at::globalContext().userEnabledMkldnn();
  const std::vector<std::int64_t> strides{stride, stride};
  const Tensor y = direct ? at::mkldnn_convolution(x, weight, {}, padding, strides, {1, 1}, 1)
                          : torch::conv2d(x, weight, {}, strides, padding);
  return y.contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace sgilo
