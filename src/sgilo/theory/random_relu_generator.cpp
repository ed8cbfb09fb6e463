#include "sgilo/theory/random_relu_generator.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"

namespace sgilo {

LatentState RandomReluGenerator::at_latent(const Tensor& z) const {
  return {0, {{"styles", z.unsqueeze(1)}}};
}

LatentState RandomReluGenerator::draw(int layer, const std::vector<RandomStreams>& rows) const {
  const Tensor z = normal_rows(children(rows, "styles"), {network_.dimension()});
  return advance(at_latent(z.to(network_.weights()[0].scalar_type())), layer);
}

Tensor RandomReluGenerator::decode(const LatentState& state) const {
  return activations(state, layers() + 1).reshape({-1, 1, 1, network_.widths().back()});
}

LatentState RandomReluGenerator::advance(const LatentState& state, int to_layer) const {
  if (to_layer < state.layer || to_layer > layers())
    throw ConfigError(concat("a state of layer ", state.layer, " of ", describe(),
                             " advances to layers up to ", layers(), ", not to ", to_layer));
  if (to_layer == state.layer) return state;
  const auto [mean, std] = coordinates(to_layer);
  return {to_layer, {{"features", (activations(state, to_layer) - mean) / std}}};
}

Tensor RandomReluGenerator::activations(const LatentState& state, int layer) const {
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

RandomReluGenerator::Coordinates RandomReluGenerator::coordinates(int layer) const {
  const auto& widths = network_.widths();
  const double square =
      static_cast<double>(widths[0]) / static_cast<double>(widths[static_cast<std::size_t>(layer)]);
  return {std::sqrt(square / std::numbers::pi), std::sqrt((1 - 1 / std::numbers::pi) * square)};
}

}  // namespace sgilo
