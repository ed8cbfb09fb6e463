// An untrained generator of 16 x 16 pixels whose noises, biases and mean style all matter, small
// enough for files that tests write: z and style rows of 6 numbers, widths 5, 4 and 3.
#pragma once

#include "sgilo/core/random_streams.h"
#include "sgilo/generator/stylegan2.h"

namespace sgilo {

// `classes` of 0: unconditional.
inline StyleGan2 tiny_generator(std::uint64_t seed = 1, std::int64_t classes = 0) {
  StyleGan2Options options;
  options.mapping = {.z_dim = 6, .w_dim = 6, .layers = 2};
  options.mapping.classes = classes;
  options.mapping.embedding = classes > 0 ? 4 : 0;
  options.synthesis = {.w_dim = 6, .widths = {5, 4, 3}, .clamp = 0};
  StyleGan2 network(options);
  const torch::NoGradGuard no_grad;
  const RandomStreams streams(seed);
  for (auto& [name, tensor] : state_of(*network)) {
    const Tensor drawn = streams.child(name).normal(tensor.sizes().vec());
    if (name.ends_with("weight") && name.starts_with("mapping.fc"))
      tensor.copy_(100 * drawn);  // stored divided by the rate multiplier
    else if (name.ends_with("affine.bias"))
      tensor.copy_(1 + 0.3 * drawn);
    else if (name.ends_with("noise_strength"))
      tensor.copy_(0.3 + 0.05 * drawn);
    else if (name.ends_with("bias"))
      tensor.copy_(0.3 * drawn);
    else
      tensor.copy_(drawn);
  }
  for (Tensor& parameter : network->parameters()) parameter.requires_grad_(false);
  return network;
}

// Tensors of their own memory, which a file's reader may scale in place.
inline StateDict tiny_generator_state(std::uint64_t seed = 1, std::int64_t classes = 0) {
  StateDict out;
  for (const auto& [name, tensor] : state_of(*tiny_generator(seed, classes)))
    out[name] = tensor.clone();
  return out;
}

}  // namespace sgilo
