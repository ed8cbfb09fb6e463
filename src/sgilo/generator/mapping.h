// The mapping network z -> w of StyleGAN2: normalised input, fully connected layers with leaky ReLU
// and a reduced learning rate.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

struct MappingOptions {
  std::int64_t z_dim = 128;
  std::int64_t w_dim = 128;
  std::int64_t layers = 4;
  double rate_multiplier =
      0.01;  // weights are stored divided by it, so that one optimiser step moves them less
};

// y = x (W g)^T + b m with g = m / sqrt(in): x [N,in], weight [out,in], bias [out].
Tensor scaled_linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     double rate_multiplier = 1.0);

class MappingNetworkImpl : public torch::nn::Module {
 public:
  explicit MappingNetworkImpl(const MappingOptions& options);

  Tensor forward(const Tensor& z);  // [N, z_dim] -> w [N, w_dim]

  MappingOptions options;
  std::vector<Tensor> weights, biases;  // "fc0.weight", "fc0.bias", ...
  Tensor w_avg;                         // [w_dim], running mean of w
};
TORCH_MODULE(MappingNetwork);

// w + (psi - 1)(w - w_avg) on the first `cutoff` rows (all when negative): ws [N, rows, w_dim].
Tensor truncate(const Tensor& ws, const Tensor& w_avg, double psi, std::int64_t cutoff = -1);

}  // namespace sgilo
