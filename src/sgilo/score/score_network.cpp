#include "sgilo/score/score_network.h"

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"
#include "sgilo/sampling/batch.h"

namespace sgilo {

ScoreNetworkImpl::ScoreNetworkImpl(Shape shape, const ScoreNetworkOptions& options,
                                   const RandomStreams& weights)
    : options_(options), sde_(options.sde) {
  validate(options_, "score.");
  const std::int64_t channels = shape.at(0);
  network_ =
      register_module("network", VisionTransformer(std::move(shape), options_.network, weights));
  mean_ = register_buffer("channel_mean", torch::zeros({channels}));
  scale_ = register_buffer("channel_scale", torch::ones({channels}));
}

Preconditioning ScoreNetworkImpl::preconditioning(const Tensor& noise_ratio) const {
  const double d = options_.data_std;
  const Tensor total = noise_ratio.square() + d * d;
  return {total.reciprocal() * (d * d), noise_ratio * total.rsqrt() * d, total.rsqrt()};
}

Tensor ScoreNetworkImpl::denoised(const Tensor& x_t, const Tensor& t, const Tensor& condition) {
  const Tensor ratio = sde_.noise_ratio(t).clamp_min(1e-3);
  const Preconditioning c = preconditioning(ratio);
  const Tensor y = x_t / per_row(sde_.mean_scale(t), x_t);
  const Tensor f = network_(y * per_row(c.input, y), ratio.log() * 0.25, condition);
  return y * per_row(c.skip, y) + f * per_row(c.output, y);
}

Tensor ScoreNetworkImpl::score(const Tensor& x_t, const Tensor& t, const Tensor& condition) {
  const Tensor scale = sde_.mean_scale(t);
  const Tensor std = scale * sde_.noise_ratio(t).clamp_min(1e-3);
  return (denoised(x_t, t, condition) * per_row(scale, x_t) - x_t) / per_row(std.square(), x_t);
}

void ScoreNetworkImpl::set_statistics(const Tensor& mean, const Tensor& scale) {
  require_shape("the channel means", mean, mean_.sizes());
  require_shape("the channel scales", scale, scale_.sizes());
  if (!(scale > 0).all().item<bool>()) throw ConfigError("the channel scales must be positive");
  const torch::NoGradGuard no_grad;
  mean_.copy_(mean);
  scale_.copy_(scale);
}

Tensor ScoreNetworkImpl::standardised(const Tensor& x) const {
  return (x - mean_.view({-1, 1, 1})) / scale_.view({-1, 1, 1});
}

Tensor ScoreNetworkImpl::unstandardised(const Tensor& v) const {
  return v * scale_.view({-1, 1, 1}) + mean_.view({-1, 1, 1});
}

std::string ScoreNetworkImpl::describe() const {
  return concat(network_->describe(), " of ", sde_.describe());
}

ScoreFunction score_function(const ScoreNetwork& network, const Tensor& condition) {
  return [held = network, condition](const Tensor& x, const Tensor& t) mutable {
    const Tensor rows = condition.defined() && condition.size(0) == 1
                            ? condition.expand({x.size(0), -1})
                            : condition;
    return held->score(x, t, rows);
  };
}

ChannelStatistics channel_statistics(const Tensor& x) {
  const Tensor scale = x.std({0, 2, 3}, false);
  const double largest = scale.max().item<double>();
  return {x.mean({0, 2, 3}), scale.clamp_min(largest > 0 ? 1e-3 * largest : 1.0)};
}

}  // namespace sgilo
