// The mapping network z -> w of StyleGAN2: normalised input, fully connected layers with leaky ReLU
// and a reduced learning rate.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

struct MappingOptions {
  std::int64_t z_dim = 128;
  std::int64_t w_dim = 128;
  std::int64_t layers = 4;
  // Weights are stored divided by it, so that one optimiser step moves them less.
  double rate_multiplier = 0.01;
  std::int64_t classes = 0;    // 0: unconditional
  std::int64_t hidden = 0;     // width of all layers but the last; 0: w_dim
  std::int64_t embedding = 0;  // numbers that a class becomes, beside those of z
  bool drawn = true;           // false: weights are left for those that a file brings
};

// Weights of this shape for a network whose options say `drawn`: N(0, 1), or one number in
// place of all, so that sizes that a file states take no memory before its tensors are there.
Tensor first_weights(const Shape& shape, bool drawn);

// y = x (W g)^T + b m with g = m / sqrt(in): x [N,in], weight [out,in], bias [out].
Tensor scaled_linear(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     double rate_multiplier = 1.0);

class MappingNetworkImpl : public torch::nn::Module {
 public:
  explicit MappingNetworkImpl(const MappingOptions& options);

  // [N, z_dim] -> w [N, w_dim]; `labels` [N, classes], one-hot, where the network has classes:
  // their embedding, normalised as z is, stands behind z. Throws ConfigError when they are missing.
  Tensor forward(const Tensor& z, const Tensor& labels = {});

  MappingOptions options;
  std::vector<Tensor> weights, biases;  // "fc0.weight", "fc0.bias", ...
  Tensor embed_weight, embed_bias;      // "embed.weight" [embedding, classes]; undefined: none
  Tensor w_avg;                         // [w_dim], running mean of w
};
TORCH_MODULE(MappingNetwork);

// w + (psi - 1)(w - w_avg) on the first `cutoff` rows (all when negative): ws [N, rows, w_dim].
Tensor truncate(const Tensor& ws, const Tensor& w_avg, double psi, std::int64_t cutoff = -1);

}  // namespace sgilo
