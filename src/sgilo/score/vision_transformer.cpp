#include "sgilo/score/vision_transformer.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"
#include "sgilo/score/row_product.h"

namespace sgilo {
namespace {

constexpr std::int64_t kFrequencies = 64;

Tensor normalised(const Tensor& tokens) {
  return torch::layer_norm(tokens, {tokens.size(2)}, {}, {}, 1e-6);
}

// normalised tokens * (1 + scale) + shift, one scale and shift per row and channel.
Tensor modulated(const Tensor& tokens, const Tensor& shift, const Tensor& scale) {
  return torch::addcmul(shift, normalised(tokens), scale + 1);
}

Tensor linear_in(const torch::nn::Linear& linear, const Tensor& x, torch::ScalarType type) {
  return torch::linear(x.to(type), linear->weight.to(type), linear->bias.to(type));
}

// softmax(q k^T / sqrt(d)) v over heads [N, heads, T, d].
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v) {
#if TORCH_VERSION_MAJOR >= 2
  // Its bfloat16 on the CPU is slower than the products;
  // where gradients are wanted it saves memory.
  if (!q.device().is_cpu() || q.scalar_type() != torch::kBFloat16 || q.requires_grad())
    return at::scaled_dot_product_attention(q, k, v);
#endif
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(3)));
  return torch::matmul(torch::softmax(torch::matmul(q * scale, k.transpose(2, 3)), 3), v);
}

// [height * width, channels]: sines and cosines of the row in the first half of the channels, of
// the column in the second.
Tensor sine_positions(std::int64_t height, std::int64_t width, std::int64_t channels) {
  const std::int64_t quarter = channels / 4;
  const Tensor rate = torch::exp(torch::arange(quarter) * (-std::log(100.0) / quarter));
  const auto waves = [&](std::int64_t count) {
    const Tensor angle = torch::arange(count).unsqueeze(1) * rate;
    return torch::cat({angle.sin(), angle.cos()}, 1);  // [count, channels / 2]
  };
  return torch::cat({waves(height).unsqueeze(1).expand({height, width, -1}),
                     waves(width).unsqueeze(0).expand({height, width, -1})},
                    2)
      .reshape({height * width, 4 * quarter});
}

void set_normal(const torch::nn::Linear& linear, const RandomStreams& stream) {
  const torch::NoGradGuard no_grad;
  const double std =
      std::sqrt(2.0 / static_cast<double>(linear->weight.size(0) + linear->weight.size(1)));
  linear->weight.copy_(stream.normal(linear->weight.sizes()) * std);
  linear->bias.zero_();
}

void set_zero(const torch::nn::Linear& linear) {
  const torch::NoGradGuard no_grad;
  linear->weight.zero_();
  linear->bias.zero_();
}

}  // namespace

Tensor TypedLinear::operator()(const Tensor& x, const ProductSettings& products) {
  const Tensor& weight = linear_->weight;
  const torch::ScalarType type = products.type;
  if (torch::GradMode::is_enabled() && weight.requires_grad()) return linear_in(linear_, x, type);
  if (weight.scalar_type() == type)
    return linear_product(x.to(type), weight, linear_->bias, products.linear_way);
  convert(type);
  return torch::linear(x.to(type), weight_, bias_);
}

Tensor TypedLinear::row(const Tensor& x, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  const Tensor& weight = linear_->weight;
  if (weight.scalar_type() != torch::kFloat32) return torch::linear(x, weight, linear_->bias);
  if (type == torch::kBFloat16) convert(type);
  return row_product(type == torch::kBFloat16 ? weight_ : weight, linear_->bias, x[0]).unsqueeze(0);
}

void TypedLinear::convert(torch::ScalarType type) {
  const Tensor& weight = linear_->weight;
  const bool current = weight_.defined() && weight_.scalar_type() == type &&
                       converted_ == weight.data_ptr() && version_ == weight._version();
  if (current) return;
  weight_ = weight.detach().to(type);
  bias_ = linear_->bias.detach().to(type);
  converted_ = weight.data_ptr();
  version_ = weight._version();
}

TransformerLayerImpl::TransformerLayerImpl(std::int64_t width, std::int64_t heads,
                                           std::int64_t hidden)
    : qkv(register_module("qkv", torch::nn::Linear(width, 3 * width))),
      out(register_module("out", torch::nn::Linear(width, width))),
      up(register_module("up", torch::nn::Linear(width, hidden))),
      down(register_module("down", torch::nn::Linear(hidden, width))),
      modulation(register_module("modulation", torch::nn::Linear(width, 6 * width))),
      heads_(heads),
      typed_qkv_(qkv),
      typed_out_(out),
      typed_up_(up),
      typed_down_(down),
      typed_modulation_(modulation) {}

Tensor TransformerLayerImpl::modulations(const Tensor& level, bool frozen_row,
                                         torch::ScalarType type) {
  return frozen_row ? typed_modulation_.row(level, type) : modulation(level);
}

Tensor TransformerLayerImpl::forward(const Tensor& tokens, const Tensor& modulations,
                                     const ProductSettings& products) {
  const std::int64_t n = tokens.size(0), count = tokens.size(1), width = tokens.size(2);
  const std::vector<Tensor> m = modulations.unsqueeze(1).chunk(6, 2);

  const Tensor heads = typed_qkv_(modulated(tokens, m[0], m[1]), products)
                           .view({n, count, 3, heads_, width / heads_})
                           .permute({2, 0, 3, 1, 4});  // [3, N, heads, T, width / heads]
  const Tensor mixed =
      attention(heads[0], heads[1], heads[2]).transpose(1, 2).reshape({n, count, width});
  const Tensor attended =
      torch::addcmul(tokens, m[2], typed_out_(mixed, products).to(tokens.dtype()));

  const Tensor hidden = torch::gelu(typed_up_(modulated(attended, m[3], m[4]), products));
  return torch::addcmul(attended, m[5], typed_down_(hidden, products).to(tokens.dtype()));
}

VisionTransformerImpl::VisionTransformerImpl(Shape shape, const VisionTransformerOptions& options,
                                             const RandomStreams& weights)
    : shape_(std::move(shape)), options_(options) {
  validate(options_, "network.");
  const std::int64_t patch = options_.patch, width = options_.width;
  if (shape_.size() != 3 || shape_[1] % patch != 0 || shape_[2] % patch != 0)
    throw ConfigError(concat("a vision transformer of patch ", patch,
                             " needs maps [channels, height, width] of whole patches, but has ",
                             shape_text(shape_)));
  if (width % 4 != 0 || width % options_.heads != 0)
    throw ConfigError(concat("network.width must be a multiple of 4 and of heads = ",
                             options_.heads, ", but is ", width));
  const std::int64_t numbers = shape_[0] * patch * patch;
  patch_ = register_module("patch", torch::nn::Linear(numbers, width));
  level_in_ = register_module("level_in", torch::nn::Linear(2 * kFrequencies, width));
  level_out_ = register_module("level_out", torch::nn::Linear(width, width));
  for (const auto& [name, linear] :
       {std::pair{"patch", patch_}, {"level_in", level_in_}, {"level_out", level_out_}})
    set_normal(linear, weights.child(name));
  if (options_.condition_size > 0) {
    condition_ = register_module("condition", torch::nn::Linear(options_.condition_size, width));
    set_normal(condition_, weights.child("condition"));
    no_condition_ = register_parameter("no_condition", torch::zeros({width}));
  }
  frequencies_ =
      register_buffer("frequencies", weights.child("frequencies").normal({kFrequencies}));
  positions_ =
      register_parameter("positions", sine_positions(shape_[1] / patch, shape_[2] / patch, width));
  for (std::int64_t i = 0; i < options_.layers; ++i) {
    TransformerLayer layer(width, options_.heads, options_.mlp_ratio * width);
    const RandomStreams stream = weights.child("layer", static_cast<std::uint64_t>(i));
    set_normal(layer->qkv, stream.child("qkv"));
    set_normal(layer->out, stream.child("out"));
    set_normal(layer->up, stream.child("up"));
    set_normal(layer->down, stream.child("down"));
    set_zero(layer->modulation);
    layers_.push_back(register_module(concat("layer", i), layer));
  }
  modulation_ = register_module("modulation", torch::nn::Linear(width, 2 * width));
  unpatch_ = register_module("unpatch", torch::nn::Linear(width, numbers));
  set_zero(modulation_);
  set_zero(unpatch_);
}

std::vector<Tensor> VisionTransformerImpl::modulations(const Tensor& level) {
  const bool frozen = !torch::GradMode::is_enabled() ||
                      (!modulation_->weight.requires_grad() && !level.requires_grad());
  const bool shared = frozen && level.device().is_cpu() && level.numel() > 0 &&
                      level.eq(level[0]).all().item<bool>();
  std::vector<std::pair<const void*, std::uint32_t>> weights{
      {frequencies_.data_ptr(), frequencies_._version()}};
  if (shared) {
    for (const Tensor& parameter : parameters())
      weights.emplace_back(parameter.data_ptr(), parameter._version());
    weights.emplace_back(nullptr, static_cast<std::uint32_t>(products.type));
    if (weights == modulated_by_ && level[0].item<double>() == modulated_level_)
      return modulations_;
  }

  const Tensor rows = shared ? level.narrow(0, 0, 1) : level;
  const Tensor angle = rows.unsqueeze(1) * frequencies_ * (2 * std::numbers::pi);
  const Tensor features = torch::cat({angle.sin(), angle.cos()}, 1);
  const Tensor embedded = torch::silu(level_out_(torch::silu(level_in_(features))));  // [N, width]
  std::vector<Tensor> out;
  for (TransformerLayer& layer : layers_)
    out.push_back(layer->modulations(embedded, shared, products.type));
  out.push_back(modulation_(embedded));
  if (shared) {
    modulations_ = out;
    modulated_level_ = level[0].item<double>();
    modulated_by_ = std::move(weights);
  }
  return out;
}

Tensor VisionTransformerImpl::forward(const Tensor& x, const Tensor& level,
                                      const Tensor& condition) {
  require_shape("the input of the vision transformer", x, {-1, shape_[0], shape_[1], shape_[2]});
  const std::int64_t n = x.size(0), c = shape_[0], p = options_.patch;
  const std::int64_t rows = shape_[1] / p, columns = shape_[2] / p, count = rows * columns;
  const Tensor patches = x.reshape({n, c, rows, p, columns, p})
                             .permute({0, 2, 4, 1, 3, 5})
                             .reshape({n, count, c * p * p});
  Tensor tokens = linear_in(patch_, patches, products.type).to(x.dtype()) + positions_;
  if (options_.condition_size > 0) {
    Tensor token = no_condition_.expand({n, 1, -1});
    if (condition.defined()) {
      require_shape("the condition of the vision transformer", condition,
                    {n, options_.condition_size});
      token = condition_(condition).unsqueeze(1);
    }
    tokens = torch::cat({tokens, token}, 1);
  } else if (condition.defined()) {
    throw ConfigError("the vision transformer has condition_size 0, but got a condition");
  }

  const std::vector<Tensor> by_level = modulations(level.to(x.dtype()));
  for (std::size_t i = 0; i < layers_.size(); ++i)
    tokens = layers_[i](tokens, by_level[i], products);

  const std::vector<Tensor> m = by_level.back().unsqueeze(1).chunk(2, 2);
  const Tensor last = modulated(tokens.narrow(1, 0, count), m[0], m[1]);
  return linear_in(unpatch_, last, products.type)
      .to(x.dtype())
      .view({n, rows, columns, c, p, p})
      .permute({0, 3, 1, 4, 2, 5})
      .reshape(x.sizes());
}

std::string VisionTransformerImpl::describe() const {
  std::int64_t numbers = 0;
  for (const Tensor& parameter : parameters()) numbers += parameter.numel();
  const std::int64_t tokens = shape_[1] * shape_[2] / (options_.patch * options_.patch);
  return concat("vision transformer (", options_.layers, " layers, width ", options_.width, ", ",
                options_.heads, " heads, ", tokens, " tokens of patch ", options_.patch, ", ",
                numbers, " parameters)");
}

}  // namespace sgilo
