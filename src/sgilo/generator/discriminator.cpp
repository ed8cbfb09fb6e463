#include "sgilo/generator/discriminator.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/generator/kernels/trainable_layers.h"
#include "sgilo/generator/kernels/trainable_pooling.h"
#include "sgilo/generator/mapping.h"

namespace sgilo {
namespace {

// A convolution with equalised learning rate: weights are N(0,1) and scaled by 1/sqrt(fan_in) here.
Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, double gain) {
  const double scale = gain / std::sqrt(static_cast<double>(weight[0].numel()));
  const auto type = x.scalar_type();
  return torch::conv2d(x, (weight * scale).to(type),
                       bias.defined() ? (bias * gain).to(type) : Tensor(), 1, weight.size(2) / 2);
}

// The same without a bias, 3x3, by the fused kernels.
Tensor fused_convolution(const Tensor& x, const Tensor& weight) {
  const double scale = 1 / std::sqrt(static_cast<double>(weight[0].numel()));
  return trainable_convolution(x, (weight * scale).to(x.scalar_type()));
}

// The gain sqrt(2) of the activation commutes with it and sits in the weights.
Tensor activated_convolution(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return torch::leaky_relu(convolution(x, weight, bias, std::numbers::sqrt2), 0.2);
}

// One more channel: the mean over features and pixels
// of the standard deviation over a group of images.
Tensor with_minibatch_deviation(const Tensor& x, std::int64_t group) {
  const std::int64_t n = x.size(0), size = std::min(group, n);
  const Tensor grouped = x.view({size, n / size, x.size(1), x.size(2), x.size(3)});
  const Tensor variance = (grouped - grouped.mean(0, true)).square().mean(0);
  const Tensor deviation = (variance + 1e-8).sqrt().mean({1, 2, 3});  // [n/size]
  return torch::cat(
      {x, deviation.repeat({size}).view({n, 1, 1, 1}).expand({n, 1, x.size(2), x.size(3)})}, 1);
}

}  // namespace

DiscriminatorImpl::DiscriminatorImpl(const DiscriminatorOptions& o) : options(o) {
  const auto& widths = o.widths;
  rgb_weight_ = register_parameter("from_rgb_weight", torch::randn({widths.back(), 3, 1, 1}));
  rgb_bias_ = register_parameter("from_rgb_bias", torch::zeros({widths.back()}));
  for (std::size_t b = widths.size() - 1; b > 0; --b) {
    auto module = std::make_shared<torch::nn::Module>();
    const std::int64_t in = widths[b], out = widths[b - 1];
    Block block;
    block.weight0 = module->register_parameter("conv0_weight", torch::randn({in, in, 3, 3}));
    block.bias0 = module->register_parameter("conv0_bias", torch::zeros({in}));
    block.weight1 = module->register_parameter("conv1_weight", torch::randn({out, in, 3, 3}));
    block.bias1 = module->register_parameter("conv1_bias", torch::zeros({out}));
    block.skip = module->register_parameter("skip_weight", torch::randn({out, in, 1, 1}));
    register_module(concat("b", 4 << b), module);
    blocks_.push_back(block);
  }
  const std::int64_t c = widths.front();
  last_weight_ = register_parameter("last_weight", torch::randn({c, c + 1, 3, 3}));
  last_bias_ = register_parameter("last_bias", torch::zeros({c}));
  dense_weight_ = register_parameter("dense_weight", torch::randn({c, c * 16}));
  dense_bias_ = register_parameter("dense_bias", torch::zeros({c}));
  out_weight_ = register_parameter("out_weight", torch::randn({1, c}));
  out_bias_ = register_parameter("out_bias", torch::zeros({1}));
}

Tensor DiscriminatorImpl::plain_features(Tensor x) {
  x = activated_convolution(x, rgb_weight_, rgb_bias_);
  for (const Block& block : blocks_) {
    Tensor y = activated_convolution(x, block.weight0, block.bias0);
    y = activated_convolution(torch::avg_pool2d(y, 2), block.weight1, block.bias1);
    const Tensor skip = convolution(torch::avg_pool2d(x, 2), block.skip, {}, 1.0);
    x = (y + skip) * std::numbers::sqrt2 / 2;  // both branches have unit variance
  }
  return x;
}

// The gain of an activation and the factor of a block's two branches, sqrt(2)/2, cancel.
Tensor DiscriminatorImpl::fused_features(const Tensor& image) {
  constexpr double kGain = std::numbers::sqrt2;
  auto [x, small] = trainable_pooling(convolution(image, rgb_weight_, {}, 1.0),
                                      {.bias = rgb_bias_, .gain = kGain});
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = blocks_[b];
    const Tensor y = trainable_pooling(fused_convolution(x, block.weight0),
                                       {.bias = block.bias0, .gain = kGain, .whole = false})
                         .pooled;
    const Tensor skip = convolution(small, block.skip, {}, 1 / kGain);
    const PoolingResult out = trainable_pooling(
        fused_convolution(y, block.weight1),
        {.bias = block.bias1, .gain = 1, .added = skip, .pooled = b + 1 < blocks_.size()});
    x = out.whole;
    small = out.pooled;
  }
  return x;
}

bool DiscriminatorImpl::fused() const {
  const bool can = rgb_weight_.device().is_cpu() && rgb_weight_.scalar_type() == torch::kFloat32;
  if (kernel == Kernel::fused && !can)
    throw ConfigError(
        "kernel fused cannot run here: the discriminator is not on the CPU in float32");
  return can && kernel != Kernel::reference;
}

Tensor DiscriminatorImpl::forward(const Tensor& image) {
  if (image.size(0) > options.group && image.size(0) % options.group != 0)
    throw ConfigError(concat("discriminator: the batch must be a multiple of ", options.group,
                             ", but is ", image.size(0)));
  const std::int64_t size = 4LL << (options.widths.size() - 1);
  require_shape("image of the discriminator", image, {-1, 3, size, size});
  // Channels last: convolutions of narrow layers and the pooling are up to twice as fast.
  Tensor x = image.to(convolution_type).contiguous(torch::MemoryFormat::ChannelsLast);
  x = fused() ? fused_features(x) : plain_features(x);
  x = with_minibatch_deviation(x.to(torch::kFloat32), options.group);
  x = activated_convolution(x, last_weight_, last_bias_).flatten(1);
  x = torch::leaky_relu(scaled_linear(x, dense_weight_, dense_bias_), 0.2) * std::numbers::sqrt2;
  return scaled_linear(x, out_weight_, out_bias_).squeeze(1);
}

}  // namespace sgilo
