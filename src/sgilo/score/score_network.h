// A learned prior: a vision transformer, the SDE that it was trained for and the per-channel
// statistics of its variable, as one module and one state dict. With y = x_t / mean_scale(t) and
// r = std / mean_scale the network F is preconditioned as in Karras et al. 2022 (equation 7):
//   E[x_0 | x_t] = d^2/(r^2 + d^2) y + r d/sqrt(r^2 + d^2) F(y / sqrt(r^2 + d^2), ln(r)/4),
// d = data_std. With d = 1, the value for standardised variables, -F is the v-prediction of
// Salimans and Ho 2022: the two parametrisations are one.
#pragma once

#include <string>

#include "sgilo/sampling/score_function.h"
#include "sgilo/sampling/sde.h"
#include "sgilo/score/vision_transformer.h"

namespace sgilo {

struct ScoreNetworkOptions {
  VisionTransformerOptions network;
  SdeOptions sde;
  double data_std = 1;
  static constexpr auto fields() {
    using O = ScoreNetworkOptions;
    return std::tuple{
        field("network", &O::network, "the vision transformer"),
        field("sde", &O::sde, "the diffusion"),
        field("data_std", &O::data_std,
              "standard deviation that the preconditioning assumes; 1 is v-prediction",
              positive<double>)};
  }
};

// What the preconditioning multiplies at noise ratios r [N]: skip, output and input.
struct Preconditioning {
  Tensor skip, output, input;  // [N]
};

class ScoreNetworkImpl : public torch::nn::Module {
 public:
  // shape [C, H, W] of the variable; the statistics are 0 and 1 until set.
  ScoreNetworkImpl(Shape shape, const ScoreNetworkOptions& options, const RandomStreams& weights);

  // E[x_0 | x_t] in standardised coordinates: x_t [N, C, H, W], t [N], condition as the network's.
  Tensor denoised(const Tensor& x_t, const Tensor& t, const Tensor& condition = {});
  // (mean_scale E[x_0 | x_t] - x_t) / std^2. Noise ratios below 0.001 count as 0.001.
  Tensor score(const Tensor& x_t, const Tensor& t, const Tensor& condition = {});
  Preconditioning preconditioning(const Tensor& noise_ratio) const;

  // v = (x - mean) / scale, mean and scale [C]; kept in the state dict.
  void set_statistics(const Tensor& mean, const Tensor& scale);
  Tensor standardised(const Tensor& x) const;
  Tensor unstandardised(const Tensor& v) const;
  const Tensor& channel_mean() const { return mean_; }
  const Tensor& channel_scale() const { return scale_; }

  const Sde& sde() const { return sde_; }
  const Shape& shape() const { return network_->shape(); }
  const ScoreNetworkOptions& options() const { return options_; }
  VisionTransformer& network() { return network_; }
  std::string describe() const;

 private:
  ScoreNetworkOptions options_;
  Sde sde_;
  VisionTransformer network_{nullptr};
  Tensor mean_, scale_;  // [C]
};
TORCH_MODULE(ScoreNetwork);

// The network as samplers see it; `condition` [N, K], or [1, K] for all rows, or undefined.
ScoreFunction score_function(const ScoreNetwork& network, const Tensor& condition = {});

// Mean and standard deviation of each channel of x [N, C, H, W]; scales below a thousandth of the
// largest are raised to it, so that a dead channel is not blown up.
struct ChannelStatistics {
  Tensor mean, scale;  // [C]
};
ChannelStatistics channel_statistics(const Tensor& x);

}  // namespace sgilo
