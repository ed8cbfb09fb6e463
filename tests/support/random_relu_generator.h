// The random ReLU network as a generator, so that the project's solvers run on it unchanged: stage
// 0 holds z ~ N(0, I) as the one row of "styles" [N, 1, n], stage k = 1 .. d - 1 the activations of
// layer k as "features" [N, n_k], and the image is [N, 1, 1, n_d]. Features are standardised by
// their mean sqrt(n / (pi n_k)) and variance (1 - 1 / pi) n / n_k over weights and latents.
#pragma once

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
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

inline LatentState RandomReluGenerator::at_latent(const Tensor& z) const {
  return {0, {{"styles", Role::code, z.unsqueeze(1)}}};
}

inline LatentState RandomReluGenerator::draw(int layer,
                                             const std::vector<RandomStreams>& rows) const {
  const Tensor z = normal_rows(children(rows, "styles"), {network_.dimension()});
  return advance(at_latent(z.to(network_.weights()[0].scalar_type())), layer);
}

inline Tensor RandomReluGenerator::decode(const LatentState& state) const {
  return activations(state, layers() + 1).reshape({-1, 1, 1, network_.widths().back()});
}

inline LatentState RandomReluGenerator::advance(const LatentState& state, int to_layer) const {
  if (to_layer < state.layer || to_layer > layers())
    throw ConfigError(concat("a state of layer ", state.layer, " of ", describe(),
                             " advances to layers up to ", layers(), ", not to ", to_layer));
  if (to_layer == state.layer) return state;
  const auto [mean, std] = coordinates(to_layer);
  return {to_layer, {{"features", Role::layer, (activations(state, to_layer) - mean) / std}}};
}

inline Tensor RandomReluGenerator::activations(const LatentState& state, int layer) const {
  Tensor h;
  if (state.layer == 0) {
    h = state.at("styles").squeeze(1);
  } else {
    const auto [mean, std] = coordinates(state.layer);
    h = mean + std * state.at("features");
  }
  for (int i = state.layer; i < layer; ++i)
    h = torch::relu(h.mm(network_.weights()[static_cast<std::size_t>(i)].t()));
  return h;
}

inline RandomReluGenerator::Coordinates RandomReluGenerator::coordinates(int layer) const {
  const auto& widths = network_.widths();
  const double square =
      static_cast<double>(widths[0]) / static_cast<double>(widths[static_cast<std::size_t>(layer)]);
  return {std::sqrt(square / std::numbers::pi), std::sqrt((1 - 1 / std::numbers::pi) * square)};
}

}  // namespace sgilo
