// Untrained files as the released program takes them, small enough for runs of a few steps: a
// generator of 16 x 16 pixels, the Gaussian fit of its styles, score networks of styles and layers.
#pragma once

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/models/model.h"

namespace sgilo {

// Weights of a ReleasedTransformer of one layer for maps [C, H, W], width 8.
inline StateDict released_score_weights(const Shape& map) {
  const std::int64_t tokens = map[1] * map[2], times = tokens + tokens % 2;
  const std::string layer = "transformer.layers.0.";
  const std::map<std::string, Shape> shapes{{"pos_embedding", {1, tokens, 8}},
                                            {"dense.dense.weight", {times, times}},
                                            {"dense.dense.bias", {times}},
                                            {"embed.0.W", {times / 2}},
                                            {"embed.1.weight", {times, times}},
                                            {"embed.1.bias", {times}},
                                            {"to_patch_embedding.1.weight", {8, map[0]}},
                                            {"to_patch_embedding.1.bias", {8}},
                                            {"projector.weight", {map[0], 8}},
                                            {"projector.bias", {map[0]}},
                                            {layer + "0.fn.norm.weight", {8}},
                                            {layer + "0.fn.norm.bias", {8}},
                                            {layer + "0.fn.fn.to_qkv.weight", {192, 8}},
                                            {layer + "0.fn.fn.to_out.0.weight", {8, 64}},
                                            {layer + "0.fn.fn.to_out.0.bias", {8}},
                                            {layer + "1.fn.norm.weight", {8}},
                                            {layer + "1.fn.norm.bias", {8}},
                                            {layer + "1.fn.fn.net.0.weight", {32, 8}},
                                            {layer + "1.fn.fn.net.0.bias", {32}},
                                            {layer + "1.fn.fn.net.3.weight", {8, 32}},
                                            {layer + "1.fn.fn.net.3.bias", {8}}};
  StateDict weights;
  for (const auto& [name, shape] : shapes)
    weights[name] = 0.3 * RandomStreams(1).child(name).normal(shape);
  return weights;
}

// Writes the files; the options name them all, the sde is the published one.
inline ReleasedModelOptions write_tiny_released_model(const std::filesystem::path& folder) {
  torch::manual_seed(7);
  StyleGan2 network(StyleGan2Options{{8, 8, 2, 0.01}, {8, {8, 6, 4}, 0.0}});
  const auto write = [&](const std::string& name, const StateDict& tensors) {
    write_safetensors(folder / name, tensors);
    return (folder / name).string();
  };
  ReleasedModelOptions options;
  options.generator = write("generator.safetensors", state_of(*network));
  options.styles =
      write("styles.safetensors", {{"mean", torch::zeros({8})}, {"std", torch::full({8}, 0.5f)}});
  options.style_score = write("style_score.safetensors", released_score_weights({8, 6, 1}));
  options.layer_scores = {write("layer_1.safetensors", released_score_weights({8, 4, 4})),
                          write("layer_2.safetensors", released_score_weights({6, 8, 8}))};
  return options;
}

}  // namespace sgilo
