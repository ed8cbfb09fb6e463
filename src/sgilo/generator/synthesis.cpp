#include "sgilo/generator/synthesis.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/generator/kernels/bias_activation.h"
#include "sgilo/generator/kernels/fused_synthesis.h"
#include "sgilo/generator/kernels/modulated_convolution.h"
#include "sgilo/generator/kernels/trainable_layers.h"
#include "sgilo/generator/kernels/upsample_filter.h"
#include "sgilo/generator/mapping.h"

namespace sgilo {
namespace {

// The affine map w -> style of one layer;
// its bias starts at 1 so that an untrained layer passes activations on.
class AffineImpl : public torch::nn::Module {
 public:
  AffineImpl(std::int64_t w_dim, std::int64_t channels, bool drawn) {
    weight = register_parameter("weight", first_weights({channels, w_dim}, drawn));
    bias = register_parameter("bias", torch::ones({channels}));
  }
  Tensor forward(const Tensor& w) { return scaled_linear(w, weight, bias); }
  // The same times `gain`.
  StyleMap fused(double gain) const {
    return {weight.detach(), bias.detach(), gain / std::sqrt(static_cast<double>(weight.size(1))),
            gain};
  }

  Tensor weight, bias;
};

}  // namespace

class SynthesisLayerImpl : public torch::nn::Module {
 public:
  SynthesisLayerImpl(std::int64_t w_dim, std::int64_t in, std::int64_t out, std::int64_t resolution,
                     bool up, bool drawn)
      : up_(up) {
    affine_ = register_module("affine", std::make_shared<AffineImpl>(w_dim, in, drawn));
    weight_ = register_parameter("weight", first_weights({out, in, 3, 3}, drawn));
    bias_ = register_parameter("bias", torch::zeros({out}));
    strength_ = register_parameter("noise_strength", torch::zeros({}));
    constant_noise = register_buffer("noise_const", first_weights({resolution, resolution}, drawn));
  }

  Tensor forward(const Tensor& x, const Tensor& w, const Tensor& noise, double clamp) {
    const Tensor styles = affine_->forward(w);
    const Tensor y = up_ ? modulated_up_convolution(x, weight_, styles)
                         : modulated_convolution(x, weight_, styles);
    return bias_activation(y, demodulation(weight_, styles), bias_, {noise, strength_}, clamp);
  }

  Tensor styles(const Tensor& w) { return affine_->forward(w); }
  // forward() of the input times `styles`, those of this layer, to what `end` says; its
  // demodulation, bias and noise are set here.
  TrainableEndResult trainable(const Tensor& scaled, const Tensor& styles, const Tensor& noise,
                               TrainableEnd end) {
    const Tensor weight = weight_.to(scaled.scalar_type());
    end.demodulation = demodulation(weight_, styles);
    end.bias = bias_;
    end.noise = {noise, strength_};
    return trainable_end(
        up_ ? trainable_up_convolution(scaled, weight) : trainable_convolution(scaled, weight),
        end);
  }

  std::shared_ptr<const FusedLayer> fused(torch::ScalarType type) const {
    const auto layer =
        std::make_shared<FusedLayer>(weight_, bias_, strength_, up_, constant_noise.size(0), type);
    layer->style = affine_->fused(1);
    return layer;
  }

  Tensor constant_noise;

 private:
  bool up_;
  std::shared_ptr<AffineImpl> affine_;
  Tensor weight_, bias_, strength_;
};

class ToRgbImpl : public torch::nn::Module {
 public:
  ToRgbImpl(std::int64_t w_dim, std::int64_t in, std::int64_t channels, bool drawn) {
    affine_ = register_module("affine", std::make_shared<AffineImpl>(w_dim, in, drawn));
    weight_ = register_parameter("weight", first_weights({channels, in, 1, 1}, drawn));
    bias_ = register_parameter("bias", torch::zeros({channels}));
  }

  // y[n,o] = sum_i W[o,i] s[n,i] x[n,i] + b[o]: one small matrix per image, in float32.
  Tensor forward(const Tensor& x, const Tensor& w, double clamp) {
    const Tensor matrices = this->matrices(w);
    const Tensor pixels =
        x.to(weight_.scalar_type()).permute({0, 2, 3, 1}).flatten(1, 2);  // [N,HW,I]
    const Tensor y = (torch::matmul(pixels, matrices.transpose(1, 2)) + bias_)
                         .transpose(1, 2)
                         .reshape({x.size(0), weight_.size(0), x.size(2), x.size(3)});
    return clamp > 0 ? y.clamp(-clamp, clamp) : y;
  }
  Tensor matrices(const Tensor& w) {  // [N,channels,I]
    const Tensor styles = affine_->forward(w) * gain();
    return weight_.flatten(1).unsqueeze(0) * styles.unsqueeze(1);
  }
  const Tensor& bias() const { return bias_; }
  std::shared_ptr<const FusedRgb> fused() const {
    return std::make_shared<FusedRgb>(FusedRgb{affine_->fused(gain()),
                                               weight_.detach().flatten(1).contiguous(),
                                               bias_.detach().contiguous()});
  }

 private:
  double gain() const { return 1 / std::sqrt(static_cast<double>(weight_.size(1))); }

  std::shared_ptr<AffineImpl> affine_;
  Tensor weight_, bias_;
};

SynthesisNetworkImpl::SynthesisNetworkImpl(const SynthesisOptions& o) : options(o) {
  for (std::int64_t b = 0; b < o.blocks(); ++b) {
    auto block = std::make_shared<torch::nn::Module>();
    const std::int64_t width = o.widths[static_cast<std::size_t>(b)], r = o.resolution(b);
    if (b == 0) {
      constant_ = block->register_parameter("const", first_weights({width, 4, 4}, o.drawn));
    } else {
      const std::int64_t before = o.widths[static_cast<std::size_t>(b - 1)];
      layers_.push_back(block->register_module(
          "conv0", std::make_shared<SynthesisLayerImpl>(o.w_dim, before, width, r, true, o.drawn)));
    }
    layers_.push_back(block->register_module(
        "conv1", std::make_shared<SynthesisLayerImpl>(o.w_dim, width, width, r, false, o.drawn)));
    to_rgb_.push_back(block->register_module(
        "torgb", std::make_shared<ToRgbImpl>(o.w_dim, width, o.channels, o.drawn)));
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

// Style rows: conv0 of block b takes row 2b-1, conv1 row 2b,
// to-RGB row 2b+1 (shared with the next block's conv0).
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

Kernel SynthesisNetworkImpl::kernel_in_use() const {
  if (kernel == Kernel::reference) return kernel;
  const std::string obstacle = fused_obstacle();
  if (obstacle.empty()) return Kernel::fused;
  if (kernel == Kernel::fused)
    throw ConfigError(concat("kernel fused cannot run here: ", obstacle));
  return Kernel::reference;
}

// Measured at 256 and 1024 pixels: the plain form keeps five images per layer; the fused kernels
// keep one, and need three of the largest beside.
std::int64_t SynthesisNetworkImpl::row_bytes() const {
  std::int64_t numbers = 0, largest = 0;
  for (std::int64_t b = 0; b < options.blocks(); ++b) {
    const std::int64_t r = options.resolution(b),
                       own = options.widths[static_cast<std::size_t>(b)] * r * r;
    numbers += (b == 0 ? 1 : 2) * own;
    largest = std::max(largest, own);
  }
  const auto size = static_cast<std::int64_t>(c10::elementSize(convolution_type));
  if (kernel_in_use() != Kernel::fused) return 5 * numbers * size;
  // In float32 the kept activations are the images; beside rounded ones stand a layer's two.
  return numbers * size + (convolution_type == torch::kFloat32 ? 3 : 7) * largest;
}

std::int64_t SynthesisNetworkImpl::weight_bytes() const {
  if (kernel_in_use() != Kernel::fused) return 0;
  std::int64_t bytes = 0;
  for (const Tensor& parameter : parameters()) bytes += 4 * parameter.numel();
  return 3 * bytes;
}

// Why the fused kernels cannot run now; empty where they can.
std::string SynthesisNetworkImpl::fused_obstacle() const {
  if (!constant_.device().is_cpu()) return "the network is not on the CPU";
  if (constant_.scalar_type() != torch::kFloat32) return "its weights are not float32";
  if (options.channels != 3) return concat("its images have ", options.channels, " channel(s)");
  return {};
}

// The kernels read plain memory: what does not fit is refused before.
void SynthesisNetworkImpl::require_inputs(const BlockState& from, const Tensor& ws,
                                          const Noises& noises, std::int64_t first) const {
  const std::int64_t n = ws.size(0);
  require_shape("styles", ws, {-1, options.style_rows(), options.w_dim});
  const auto require_on_cpu = [](const char* what, const Tensor& x) {
    if (!x.device().is_cpu())
      throw ConfigError(concat(what, " must be on the CPU, as the weights are"));
  };
  require_on_cpu("styles", ws);
  if (first > 0) {
    const std::int64_t r = options.resolution(first - 1);
    require_shape(concat("features of layer ", first), from.features,
                  {n, options.widths[static_cast<std::size_t>(first - 1)], r, r});
    require_on_cpu("features", from.features);
    if (from.skip.defined()) require_shape("skip image", from.skip, {n, options.channels, r, r});
  }
  for (std::size_t j = 0; j < noises.size(); ++j) {
    const Tensor& noise = noises[j];
    if (!noise.defined()) continue;
    const std::int64_t r =
        options.resolution(SynthesisOptions::block_of_noise(static_cast<std::int64_t>(j)));
    const bool shared = noise.dim() == 4 && noise.size(0) == 1;
    require_shape(concat("noise ", j), noise,
                  noise.dim() == 2 ? Shape{r, r} : Shape{shared ? 1 : n, 1, r, r});
    require_on_cpu("noise", noise);
  }
}

bool SynthesisNetworkImpl::weights_need_gradients() const {
  if (!torch::GradMode::is_enabled()) return false;
  const auto all = parameters();
  return std::any_of(all.begin(), all.end(), [](const Tensor& x) { return x.requires_grad(); });
}

Tensor SynthesisNetworkImpl::trainable_image(const BlockState& from, const Tensor& ws,
                                             const Noises& noises, std::int64_t first,
                                             std::int64_t last) {
  const auto layer = [&](std::int64_t j) { return layers_[static_cast<std::size_t>(j)]; };
  const std::int64_t begin = std::max<std::int64_t>(0, 2 * first - 1);
  Tensor styles = layer(begin)->styles(ws.select(1, begin)), skip;
  Tensor x = constant_.unsqueeze(0).expand({ws.size(0), -1, -1, -1});
  if (first > 0) {
    x = from.features;
    skip = from.skip;
  }
  x = convolution_input(x * styles.unsqueeze(-1).unsqueeze(-1));
  for (std::int64_t j = begin; j <= 2 * last; ++j) {
    const std::int64_t block = j / 2;
    const bool ends_block = j % 2 == 0;
    TrainableEnd end;
    end.clamp = options.clamp;
    const auto& rgb = to_rgb_[static_cast<std::size_t>(block)];
    if (ends_block) end.matrices = rgb->matrices(ws.select(1, 2 * block + 1));
    if (j < 2 * last) end.next_styles = layer(j + 1)->styles(ws.select(1, j + 1));
    const TrainableEndResult result = layer(j)->trainable(
        x, styles, noises.empty() ? Tensor() : noises.at(static_cast<std::size_t>(j)), end);
    x = result.scaled;
    styles = end.next_styles;
    if (!ends_block) continue;
    Tensor image = result.rgb + rgb->bias().view({1, -1, 1, 1});
    if (options.clamp > 0) image = image.clamp(-options.clamp, options.clamp);
    skip = skip.defined() ? trainable_doubling(image, skip) : image;
  }
  return skip;
}

const SynthesisNetworkImpl::Prepared& SynthesisNetworkImpl::prepared() {
  std::vector<std::pair<const void*, std::uint32_t>> versions;
  for (const Tensor& parameter : parameters())
    versions.emplace_back(parameter.data_ptr(), parameter._version());
  if (versions != prepared_.versions || prepared_.type != convolution_type) {
    Prepared made{std::move(versions), convolution_type, {}, {}};
    for (const auto& layer : layers_) made.layers.push_back(layer->fused(convolution_type));
    for (const auto& rgb : to_rgb_) made.rgb.push_back(rgb->fused());
    prepared_ = std::move(made);
  }
  return prepared_;
}

Tensor SynthesisNetworkImpl::image(const BlockState& from, const Tensor& ws, const Noises& noises,
                                   std::int64_t first, std::int64_t last) {
  if (kernel_in_use() == Kernel::reference) return run(from, ws, noises, first, last).skip;
  require_inputs(from, ws, noises, first);
  if (weights_need_gradients()) return trainable_image(from, ws, noises, first, last);
  const Prepared& all = prepared();
  const std::int64_t begin = std::max<std::int64_t>(0, 2 * first - 1), end = 2 * last + 1;
  std::vector<Tensor> own_noises(static_cast<std::size_t>(end - begin));
  for (std::int64_t j = begin; j < end && !noises.empty(); ++j)
    own_noises[static_cast<std::size_t>(j - begin)] = noises.at(static_cast<std::size_t>(j));
  const Tensor features =
      first == 0 ? constant_.unsqueeze(0).expand({ws.size(0), -1, -1, -1}) : from.features;
  return fused_synthesis({all.layers.begin() + begin, all.layers.begin() + end},
                         {all.rgb.begin() + first, all.rgb.begin() + last + 1}, features,
                         first == 0 ? Tensor() : from.skip, ws, begin, own_noises, options.clamp);
}

Tensor SynthesisNetworkImpl::forward(const Tensor& ws, const Noises& noises) {
  return image({}, ws, noises, 0, options.blocks() - 1);
}

}  // namespace sgilo
