#include "sgilo/generator/stylegan2.h"

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

constexpr std::int64_t kLargestSide = 4096;

StyleGan2Options options_from(const StateDict& state) {
  StyleGan2Options options;
  const auto layer_weight = [&](std::int64_t layer) {
    const std::string name = concat("mapping.fc", layer, ".weight");
    const Tensor& weight = require_tensor(state, name);
    if (weight.dim() != 2 || weight.numel() == 0)
      throw FormatError(concat("tensor '", name, "' must have 2 axes above 0, but has shape ",
                               shape_text(weight.sizes())));
    return weight;
  };
  const Tensor first = layer_weight(0);
  options.mapping.z_dim = first.size(1);
  options.mapping.hidden = first.size(0);
  options.mapping.layers = 0;
  while (state.count(concat("mapping.fc", options.mapping.layers, ".weight")))
    ++options.mapping.layers;
  options.mapping.w_dim = options.synthesis.w_dim =
      layer_weight(options.mapping.layers - 1).size(0);
  if (const auto embed = state.find("mapping.embed.weight"); embed != state.end()) {
    if (embed->second.dim() != 2 || embed->second.numel() == 0 ||
        embed->second.size(0) >= first.size(1))
      throw FormatError(
          concat("tensor 'mapping.embed.weight' must have shape [embedding, classes], but has ",
                 shape_text(embed->second.sizes())));
    options.mapping.embedding = embed->second.size(0);
    options.mapping.classes = embed->second.size(1);
    options.mapping.z_dim -= options.mapping.embedding;
  }
  options.synthesis.widths.clear();
  for (std::int64_t r = 4;; r *= 2) {
    const auto it = state.find(concat("synthesis.b", r, ".conv1.bias"));
    if (it == state.end()) break;
    if (r > kLargestSide)
      throw FormatError(concat("tensor '", it->first, "' is of a generator above ", kLargestSide,
                               "x", kLargestSide, ", the largest that is read"));
    if (it->second.numel() == 0) throw FormatError(concat("tensor '", it->first, "' is empty"));
    options.synthesis.widths.push_back(it->second.numel());
  }
  if (options.synthesis.widths.empty())
    throw FormatError("tensor 'synthesis.b4.conv1.bias' is missing");
  const Tensor& bias = require_tensor(state, "synthesis.b4.torgb.bias");
  if (bias.dim() != 1 || bias.numel() == 0)
    throw FormatError(
        concat("tensor 'synthesis.b4.torgb.bias' must have shape [channels], but has ",
               shape_text(bias.sizes())));
  options.synthesis.channels = bias.size(0);
  return options;
}

}  // namespace

StyleGan2Impl::StyleGan2Impl(const StyleGan2Options& options) {
  mapping = register_module("mapping", MappingNetwork(options.mapping));
  synthesis = register_module("synthesis", SynthesisNetwork(options.synthesis));
}

Tensor StyleGan2Impl::styles(const Tensor& z, double psi, std::int64_t cutoff,
                             const Tensor& labels) {
  const Tensor w =
      mapping->forward(z, labels).unsqueeze(1).expand({-1, synthesis->options.style_rows(), -1});
  return truncate(w, mapping->w_avg, psi, cutoff);
}

StyleGan2 stylegan2_from_state(StateDict state) {
  std::erase_if(state, [](const auto& named) {
    return named.first.find("resample_filter") != std::string::npos;
  });
  StyleGan2Options options = options_from(state);
  options.mapping.drawn = options.synthesis.drawn = false;
  StyleGan2 network(options);
  adopt_state(*network, std::move(state));
  return network;
}

}  // namespace sgilo
