#include "sgilo/released/released_transformer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/sampling/batch.h"

namespace sgilo {
namespace {

constexpr std::int64_t kHeadWidth = 64;
// Below it, 1 - e^{2m} is rounding: at t = 1e-7 it is 0.
constexpr double kLeastRounded = 9e-7;

void require_weight(const StateDict& weights, const std::string& name, const Shape& shape) {
  const Tensor& weight = require_tensor(weights, name);
  if (weight.sizes() != torch::IntArrayRef(shape))
    throw FormatError(concat("tensor '", name, "' must have shape ", shape_text(shape),
                             ", but has ", shape_text(weight.sizes())));
}

void require_linear(const StateDict& weights, const std::string& name, std::int64_t out,
                    std::int64_t in) {
  require_weight(weights, name + ".weight", {out, in});
  require_weight(weights, name + ".bias", {out});
}

std::string layer_name(std::int64_t layer, int part) {
  return concat("transformer.layers.", layer, ".", part, ".fn.");
}

}  // namespace

ReleasedTransformer::ReleasedTransformer(const StateDict& weights, const Shape& image_shape)
    : weights_(with_prefix_removed(weights, "module.")), image_shape_(image_shape) {
  if (weights_.empty()) weights_ = weights;
  const Tensor& positions = require_tensor(weights_, "pos_embedding");
  const Tensor& projector = require_tensor(weights_, "projector.weight");
  if (positions.dim() != 3 || projector.dim() != 2 || positions.size(2) == 0 ||
      projector.size(1) == 0 || positions.size(2) % projector.size(1) != 0)
    throw FormatError(
        concat("tensors 'pos_embedding' and 'projector.weight' must have shapes "
               "[1, tokens, width] and [channels, width / patch^2], but have ",
               shape_text(positions.sizes()), " and ", shape_text(projector.sizes())));
  width_ = positions.size(2);
  patch_ = std::lround(std::sqrt(static_cast<double>(width_ / projector.size(1))));
  const std::int64_t channels = image_shape_.at(0),
                     pixels = image_shape_.at(1) * image_shape_.at(2);
  if (image_shape_.at(1) % patch_ != 0 || image_shape_.at(2) % patch_ != 0)
    throw FormatError(concat("patches of ", patch_, " x ", patch_, " do not tile ",
                             image_shape_.at(1), " x ", image_shape_.at(2)));
  tokens_ = pixels / (patch_ * patch_);
  while (weights_.count(layer_name(depth_, 0) + "norm.weight")) ++depth_;
  const Tensor& qkv = require_tensor(weights_, layer_name(0, 0) + "fn.to_qkv.weight");
  heads_ = qkv.dim() > 0 ? std::max<std::int64_t>(1, qkv.size(0) / (3 * kHeadWidth)) : 1;

  const std::int64_t features = tokens_ + tokens_ % 2, inner = heads_ * kHeadWidth;
  require_weight(weights_, "pos_embedding", {1, tokens_, width_});
  require_linear(weights_, "projector", channels, width_ / (patch_ * patch_));
  require_linear(weights_, "to_patch_embedding.1", width_, channels * patch_ * patch_);
  require_weight(weights_, "embed.0.W", {features / 2});
  require_linear(weights_, "embed.1", features, features);
  require_linear(weights_, "dense.dense", features, features);
  for (std::int64_t layer = 0; layer < depth_; ++layer) {
    for (const int part : {0, 1})
      for (const char* kind : {"norm.weight", "norm.bias"})
        require_weight(weights_, layer_name(layer, part) + kind, {width_});
    require_weight(weights_, layer_name(layer, 0) + "fn.to_qkv.weight", {3 * inner, width_});
    require_linear(weights_, layer_name(layer, 0) + "fn.to_out.0", width_, inner);
    require_linear(weights_, layer_name(layer, 1) + "fn.net.0", 4 * width_, width_);
    require_linear(weights_, layer_name(layer, 1) + "fn.net.3", width_, 4 * width_);
  }
}

const Tensor& ReleasedTransformer::at(const std::string& name) const { return weights_.at(name); }

Tensor ReleasedTransformer::linear(const std::string& name, const Tensor& x) const {
  return torch::linear(x, at(name + ".weight"), at(name + ".bias"));
}

Tensor ReleasedTransformer::time_embedding(const Tensor& t) const {
  const Tensor angle = t.unsqueeze(1) * at("embed.0.W") * (2 * std::numbers::pi);
  const Tensor features = linear("embed.1", torch::cat({angle.sin(), angle.cos()}, 1));
  return linear("dense.dense", torch::silu(features)).narrow(1, 0, tokens_).unsqueeze(2);
}

Tensor ReleasedTransformer::attention(const std::string& layer, const Tensor& tokens) const {
  const std::int64_t n = tokens.size(0);
  const Tensor heads = torch::linear(tokens, at(layer + "fn.to_qkv.weight"))
                           .view({n, tokens_, 3, heads_, kHeadWidth})
                           .permute({2, 0, 3, 1, 4});
  const Tensor weights = torch::softmax(
      torch::matmul(heads[0], heads[1].transpose(2, 3)) / std::sqrt(double{kHeadWidth}), 3);
  return linear(
      layer + "fn.to_out.0",
      torch::matmul(weights, heads[2]).transpose(1, 2).reshape({n, tokens_, heads_ * kHeadWidth}));
}

Tensor ReleasedTransformer::forward(const Tensor& x, const Tensor& t,
                                    std::vector<Tensor>* hidden) const {
  const std::int64_t c = image_shape_[0], h = image_shape_[1], w = image_shape_[2], p = patch_;
  require_shape("the input of the released transformer", x, {-1, c, h, w});
  const std::int64_t n = x.size(0);
  const Tensor patches = x.reshape({n, c, h / p, p, w / p, p})
                             .permute({0, 2, 4, 3, 5, 1})  // features ordered (p1, p2, c)
                             .reshape({n, tokens_, p * p * c});
  Tensor tokens = linear("to_patch_embedding.1", patches) + at("pos_embedding") + time_embedding(t);
  const auto note = [&] {
    if (hidden) hidden->push_back(tokens);
  };
  note();
  for (std::int64_t layer = 0; layer < depth_; ++layer) {
    const auto normalised = [&](const std::string& name) {
      return torch::layer_norm(tokens, {width_}, at(name + "norm.weight"), at(name + "norm.bias"));
    };
    const std::string first = layer_name(layer, 0), second = layer_name(layer, 1);
    tokens = tokens + attention(first, normalised(first));
    note();
    tokens = tokens + linear(second + "fn.net.3",
                             torch::gelu(linear(second + "fn.net.0", normalised(second))));
    note();
  }
  return linear("projector", tokens.reshape({n, h, w, width_ / (p * p)})).permute({0, 3, 1, 2});
}

std::string ReleasedTransformer::describe() const {
  return concat("released transformer (", depth_, " layers, width ", width_, ", ", heads_,
                " heads, patch ", patch_, ")");
}

ScoreFunction released_score(const ReleasedTransformer& network, const Sde& sde) {
  const auto std = [sde](const Tensor& t) {
    if (sde.kind() == SdeKind::ve) return sde.std(t);
    const Tensor exponent = sde.log_mean_scale(t.to(torch::kFloat32)) * 2;
    const Tensor exact = -exponent.expm1();
    const Tensor variance = torch::where(exact < kLeastRounded, exact, 1 - exponent.exp());
    return sde.kind() == SdeKind::vp ? variance.sqrt() : variance;
  };
  return
      [=](const Tensor& x, const Tensor& t) { return -network.forward(x, t) / per_row(std(t), x); };
}

}  // namespace sgilo
