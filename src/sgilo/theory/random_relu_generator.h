// The random ReLU network as a generator, so that the project's solvers run on it unchanged: stage
// 0 holds z ~ N(0, I) as the one row of "styles" [N, 1, n], stage k = 1 .. d - 1 the activations of
// layer k as "features" [N, n_k], and the image is [N, 1, 1, n_d]. Features are standardised by
// their mean sqrt(n / (pi n_k)) and variance (1 - 1 / pi) n / n_k over weights and latents.
#pragma once

#include "sgilo/generator/generator.h"
#include "sgilo/theory/random_relu_network.h"

namespace sgilo {

class RandomReluGenerator : public Generator {
 public:
  explicit RandomReluGenerator(RandomReluNetwork network) : network_(std::move(network)) {}

  int layers() const override { return static_cast<int>(network_.weights().size()) - 1; }
  Shape image_shape() const override { return {1, 1, network_.widths().back()}; }
  std::string describe() const override { return "random ReLU network " + network_.describe(); }

  LatentState draw(int layer, const std::vector<RandomStreams>& rows) const override;
  Tensor decode(const LatentState& state) const override;
  LatentState advance(const LatentState& state, int to_layer) const override;

  const RandomReluNetwork& network() const { return network_; }
  LatentState at_latent(const Tensor& z) const;  // stage 0 at rows z [N, n]

 private:
  struct Coordinates {
    double mean, std;
  };
  Coordinates coordinates(int layer) const;                       // of features, from layer 1 on
  Tensor activations(const LatentState& state, int layer) const;  // [N, n_layer]

  RandomReluNetwork network_;
};

}  // namespace sgilo
