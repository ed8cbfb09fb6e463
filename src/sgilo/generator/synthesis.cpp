#include "sgilo/generator/synthesis.h"

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/generator/kernels/bias_activation.h"
#include "sgilo/generator/kernels/modulated_convolution.h"
#include "sgilo/generator/kernels/upsample_filter.h"
#include "sgilo/generator/mapping.h"

namespace sgilo {
namespace {

// The affine map w -> style of one layer; its bias starts at 1 so that an untrained layer passes
// activations on.
class AffineImpl : public torch::nn::Module {
 public:
  AffineImpl(std::int64_t w_dim, std::int64_t channels) {
    weight = register_parameter("weight", torch::randn({channels, w_dim}));
    bias = register_parameter("bias", torch::ones({channels}));
  }
  Tensor forward(const Tensor& w) { return scaled_linear(w, weight, bias); }

  Tensor weight, bias;
};

}  // namespace

class SynthesisLayerImpl : public torch::nn::Module {
 public:
  SynthesisLayerImpl(std::int64_t w_dim, std::int64_t in, std::int64_t out, std::int64_t resolution,
                     bool up)
      : up_(up) {
    affine_ = register_module("affine", std::make_shared<AffineImpl>(w_dim, in));
    weight_ = register_parameter("weight", torch::randn({out, in, 3, 3}));
    bias_ = register_parameter("bias", torch::zeros({out}));
    strength_ = register_parameter("noise_strength", torch::zeros({}));
    constant_noise = register_buffer("noise_const", torch::randn({resolution, resolution}));
  }

  Tensor forward(const Tensor& x, const Tensor& w, const Tensor& noise, double clamp) {
    const Tensor styles = affine_->forward(w);
    const Tensor y = up_ ? modulated_up_convolution(x, weight_, styles)
                         : modulated_convolution(x, weight_, styles);
    return bias_activation(y, demodulation(weight_, styles), bias_, {noise, strength_}, clamp);
  }

  Tensor constant_noise;

 private:
  bool up_;
  std::shared_ptr<AffineImpl> affine_;
  Tensor weight_, bias_, strength_;
};

class ToRgbImpl : public torch::nn::Module {
 public:
  ToRgbImpl(std::int64_t w_dim, std::int64_t in) {
    affine_ = register_module("affine", std::make_shared<AffineImpl>(w_dim, in));
    weight_ = register_parameter("weight", torch::randn({3, in, 1, 1}));
    bias_ = register_parameter("bias", torch::zeros({3}));
  }

  // y[n,o] = sum_i W[o,i] s[n,i] x[n,i] + b[o]: one small matrix per image, in float32.
  Tensor forward(const Tensor& x, const Tensor& w, double clamp) {
    const Tensor styles = affine_->forward(w) / std::sqrt(static_cast<double>(weight_.size(1)));
    const Tensor matrices = weight_.view({1, 3, -1}) * styles.unsqueeze(1);  // [N,3,I]
    const Tensor pixels = x.to(torch::kFloat32).permute({0, 2, 3, 1}).flatten(1, 2);  // [N,HW,I]
    const Tensor y = (torch::matmul(pixels, matrices.transpose(1, 2)) + bias_)
                         .transpose(1, 2)
                         .reshape({x.size(0), 3, x.size(2), x.size(3)});
    return clamp > 0 ? y.clamp(-clamp, clamp) : y;
  }

 private:
  std::shared_ptr<AffineImpl> affine_;
  Tensor weight_, bias_;
};

SynthesisNetworkImpl::SynthesisNetworkImpl(const SynthesisOptions& o) : options(o) {
  for (std::int64_t b = 0; b < o.blocks(); ++b) {
    auto block = std::make_shared<torch::nn::Module>();
    const std::int64_t width = o.widths[static_cast<std::size_t>(b)], r = o.resolution(b);
    if (b == 0) {
      constant_ = block->register_parameter("const", torch::randn({width, 4, 4}));
    } else {
      const std::int64_t before = o.widths[static_cast<std::size_t>(b - 1)];
      layers_.push_back(block->register_module(
          "conv0", std::make_shared<SynthesisLayerImpl>(o.w_dim, before, width, r, true)));
    }
    layers_.push_back(block->register_module(
        "conv1", std::make_shared<SynthesisLayerImpl>(o.w_dim, width, width, r, false)));
    to_rgb_.push_back(block->register_module("torgb", std::make_shared<ToRgbImpl>(o.w_dim, width)));
    register_module(concat("b", r), block);
  }
}

Noises SynthesisNetworkImpl::constant_noises() const {
  Noises noises;
  for (const auto& layer : layers_) noises.push_back(layer->constant_noise);
  return noises;
}

// Channels last: narrow layers are up to twice as fast, and what follows keeps the layout.
Tensor SynthesisNetworkImpl::convolution_input(const Tensor& x) const {
  return x.to(convolution_type).contiguous(torch::MemoryFormat::ChannelsLast);
}

// Style rows: conv0 of block b takes row 2b-1, conv1 row 2b, to-RGB row 2b+1 (shared with the next
// block's conv0).
Tensor SynthesisNetworkImpl::features(std::int64_t block, const Tensor& before, const Tensor& ws,
                                      const Noises& noises) {
  auto layer = [&](const Tensor& x, std::int64_t index) {
    const Tensor noise = noises.empty() ? Tensor() : noises.at(static_cast<std::size_t>(index));
    return layers_[static_cast<std::size_t>(index)]->forward(x, ws.select(1, index), noise,
                                                             options.clamp);
  };
  Tensor x;
  if (block == 0) {
    x = convolution_input(constant_.unsqueeze(0).expand({ws.size(0), -1, -1, -1}));
  } else {
    require_shape(concat("features of layer ", block), before,
                  {ws.size(0), options.widths[static_cast<std::size_t>(block - 1)],
                   options.resolution(block - 1), options.resolution(block - 1)});
    x = layer(convolution_input(before), 2 * block - 1);
  }
  return layer(x, 2 * block);
}

Tensor SynthesisNetworkImpl::to_rgb(std::int64_t block, const Tensor& x, const Tensor& ws) {
  return to_rgb_.at(static_cast<std::size_t>(block))
      ->forward(x, ws.select(1, 2 * block + 1), options.clamp);
}

BlockState SynthesisNetworkImpl::run(BlockState state, const Tensor& ws, const Noises& noises,
                                     std::int64_t first, std::int64_t last) {
  require_shape("styles", ws, {-1, options.style_rows(), options.w_dim});
  for (std::int64_t b = first; b <= last; ++b) {
    state.features = features(b, state.features, ws, noises);
    const Tensor rgb = to_rgb(b, state.features, ws);
    state.skip = state.skip.defined() && b > 0 ? upsample(state.skip) + rgb : rgb;
  }
  return state;
}

Tensor SynthesisNetworkImpl::forward(const Tensor& ws, const Noises& noises) {
  return run({}, ws, noises, 0, options.blocks() - 1).skip;
}

}  // namespace sgilo
