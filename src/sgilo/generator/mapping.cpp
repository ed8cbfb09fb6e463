#include "sgilo/generator/mapping.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {

Tensor first_weights(const Shape& shape, bool drawn) {
  return drawn ? torch::randn(shape) : torch::empty({}).expand(shape);
}

Tensor scaled_linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     double rate_multiplier) {
  const double gain = rate_multiplier / std::sqrt(static_cast<double>(weight.size(1)));
  return torch::addmm(bias * rate_multiplier, x, weight.t(), 1.0, gain);
}

namespace {

Tensor normalised(const Tensor& x) { return x * (x.square().mean(1, true) + 1e-8).rsqrt(); }

}  // namespace

MappingNetworkImpl::MappingNetworkImpl(const MappingOptions& o) : options(o) {
  for (std::int64_t i = 0; i < o.layers; ++i) {
    auto layer = std::make_shared<torch::nn::Module>();
    const std::int64_t hidden = o.hidden > 0 ? o.hidden : o.w_dim;
    const std::int64_t in = i == 0 ? o.z_dim + o.embedding : hidden;
    const std::int64_t out = i == o.layers - 1 ? o.w_dim : hidden;
    Tensor drawn = first_weights({out, in}, o.drawn);
    if (o.drawn) drawn = drawn / o.rate_multiplier;
    weights.push_back(layer->register_parameter("weight", drawn));
    biases.push_back(layer->register_parameter("bias", torch::zeros({out})));
    register_module(concat("fc", i), layer);
  }
  if (o.classes > 0) {
    auto embed = std::make_shared<torch::nn::Module>();
    embed_weight =
        embed->register_parameter("weight", first_weights({o.embedding, o.classes}, o.drawn));
    embed_bias = embed->register_parameter("bias", torch::zeros({o.embedding}));
    register_module("embed", embed);
  }
  w_avg = register_buffer("w_avg", torch::zeros({o.w_dim}));
}

Tensor MappingNetworkImpl::forward(const Tensor& z, const Tensor& labels) {
  Tensor x = normalised(z);
  if (options.classes > 0) {
    if (!labels.defined())
      throw ConfigError(
          concat("the generator has ", options.classes, " classes, and none is named"));
    require_shape("labels", labels, {z.size(0), options.classes});
    x = torch::cat({x, normalised(scaled_linear(labels, embed_weight, embed_bias))}, 1);
  }
  for (std::size_t i = 0; i < weights.size(); ++i)
    x = torch::leaky_relu(scaled_linear(x, weights[i], biases[i], options.rate_multiplier), 0.2) *
        std::numbers::sqrt2;
  return x;
}

Tensor truncate(const Tensor& ws, const Tensor& w_avg, double psi, std::int64_t cutoff) {
  if (psi == 1.0) return ws;
  const std::int64_t rows = cutoff < 0 ? ws.size(1) : std::min(cutoff, ws.size(1));
  const Tensor moved = w_avg + psi * (ws.narrow(1, 0, rows) - w_avg);
  return torch::cat({moved, ws.narrow(1, rows, ws.size(1) - rows)}, 1);
}

}  // namespace sgilo
