#include "sgilo/bench/networks.h"

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

StyleGan2Coordinates plain_coordinates(const SynthesisOptions& o) {
  StyleGan2Coordinates out{torch::zeros({o.w_dim}), torch::eye(o.w_dim), {}};
  for (int layer = 1; layer < o.blocks(); ++layer) {
    const std::int64_t channels =
        o.widths[static_cast<std::size_t>(layer - 1)] + (layer > 1 ? 3 : 0);
    out.layers[layer] = {torch::zeros({channels}), torch::ones({channels})};
  }
  return out;
}

}  // namespace

SynthesisOptions synthesis_preset(const std::string& name) {
  SynthesisOptions o;
  if (name == "default") return o;
  o.w_dim = 512;
  if (name == "256")
    o.widths = {512, 512, 512, 512, 512, 256, 128};
  else if (name == "config-f")
    o.widths = {512, 512, 512, 512, 512, 256, 128, 64, 32};
  else
    throw ConfigError(unknown_name("preset", name, {"default", "256", "config-f"}));
  return o;
}

StyleGan2 random_network(const SynthesisOptions& synthesis) {
  torch::manual_seed(1);
  StyleGan2Options options;
  options.synthesis = synthesis;
  options.mapping.w_dim = options.mapping.z_dim = synthesis.w_dim;
  StyleGan2 network(options);
  for (auto& named : network->named_parameters()) {
    named.value().requires_grad_(false);
    if (named.key().ends_with("noise_strength")) named.value().fill_(0.1);
  }
  return network;
}

std::shared_ptr<StyleGan2Generator> random_generator(const SynthesisOptions& synthesis,
                                                     torch::ScalarType type, Kernel kernel) {
  StyleGan2 network = random_network(synthesis);
  network->synthesis->convolution_type = type;
  network->synthesis->kernel = kernel;
  return std::make_shared<StyleGan2Generator>(network, plain_coordinates(synthesis));
}

std::int64_t ScorePreset::tokens() const {
  return shape[1] * shape[2] / (network.patch * network.patch) +
         (network.condition_size > 0 ? 1 : 0);
}

ScorePreset score_preset(const std::string& name) {
  if (name == "default") {  // layer 2 of the default model
    ScorePreset preset{{}, {131, 8, 8}};
    preset.network.condition_size = 128;
    return preset;
  }
  if (name != "paper") throw ConfigError(unknown_name("preset", name, {"default", "paper"}));
  ScorePreset preset{{}, {512, 16, 16}};
  preset.network.width = 1024;
  preset.network.layers = 8;
  preset.network.heads = 16;
  preset.network.mlp_ratio = 2;
  return preset;
}

std::vector<RandomStreams> bench_rows(std::int64_t seed, int chains) {
  std::vector<RandomStreams> rows;
  for (int i = 0; i < chains; ++i)
    rows.push_back(
        RandomStreams(static_cast<std::uint64_t>(seed)).child(static_cast<std::uint64_t>(i)));
  return rows;
}

}  // namespace sgilo
