// The residual discriminator of StyleGAN2 with minibatch standard deviation (Karras et al. 2018,
// 2020), average pooling as its down-sampling filter.
#pragma once

#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/generator/kernels/kernel.h"

namespace sgilo {

struct DiscriminatorOptions {
  // Channels at 4, 8, 16, ...; the last gives the image size.
  std::vector<std::int64_t> widths{128, 128, 96, 64, 32};
  std::int64_t group = 4;  // images that share one minibatch statistic
};

class DiscriminatorImpl : public torch::nn::Module {
 public:
  explicit DiscriminatorImpl(const DiscriminatorOptions& options);

  // [N,3,H,W] -> logits [N], high for real; N a multiple of `group` or smaller than it.
  Tensor forward(const Tensor& image);

  DiscriminatorOptions options;
  torch::ScalarType convolution_type = torch::kFloat32;
  // fused: on the CPU, with first gradients only; automatic: reference elsewhere.
  Kernel kernel = Kernel::automatic;

 private:
  // Of an image as it is convolved -> the features at 4x4 pixels.
  Tensor plain_features(Tensor x);
  Tensor fused_features(const Tensor& image);
  bool fused() const;

  struct Block {
    Tensor weight0, bias0, weight1, bias1, skip;
  };
  std::vector<Block> blocks_;  // from the image down to 8x8
  Tensor rgb_weight_, rgb_bias_, last_weight_, last_bias_, dense_weight_, dense_bias_, out_weight_,
      out_bias_;
};
TORCH_MODULE(Discriminator);

}  // namespace sgilo
