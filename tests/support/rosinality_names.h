// A generator under the names, shapes and scales of rosinality's StyleGAN2, for tests: the inverse
// of native_from_rosinality, written from the format's description.
#pragma once

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/state_dict.h"

namespace sgilo {

// "g_ema" of a file for a generator under NVIDIA's names; its mean style, "latent_avg", is
// native.at("mapping.w_avg").
inline StateDict rosinality_names(const StateDict& native) {
  StateDict out;
  const Tensor filter = torch::tensor({1.f, 3.f, 3.f, 1.f});
  const Tensor kernel = torch::outer(filter, filter) / 16;
  for (int layer = 0; native.count(concat("mapping.fc", layer, ".weight")); ++layer)
    for (const char* part : {".weight", ".bias"})
      out[concat("style.", layer + 1, part)] = native.at(concat("mapping.fc", layer, part));
  out["input.input"] = native.at("synthesis.b4.const").unsqueeze(0);
  int noise = 0;
  const auto add = [&](const std::string& name, const std::string& to) {
    const std::string from = "synthesis." + name;
    out[to + ".conv.modulation.weight"] = native.at(from + ".affine.weight");
    out[to + ".conv.modulation.bias"] = native.at(from + ".affine.bias");
    const Tensor weight = native.at(from + ".weight"), bias = native.at(from + ".bias");
    if (!native.count(from + ".noise_const")) {
      out[to + ".conv.weight"] = weight.unsqueeze(0);
      out[to + ".bias"] = bias.view({1, -1, 1, 1});
      return;
    }
    const double fan_in = static_cast<double>(weight.size(1) * 3 * 3);
    out[to + ".conv.weight"] = (weight * std::sqrt(fan_in)).unsqueeze(0);
    out[to + ".activate.bias"] = bias;
    out[to + ".noise.weight"] = native.at(from + ".noise_strength").view({1});
    out[concat("noises.noise_", noise++)] =
        native.at(from + ".noise_const").unsqueeze(0).unsqueeze(0);
  };
  add("b4.conv1", "conv1");
  add("b4.torgb", "to_rgb1");
  for (int b = 1; native.count(concat("synthesis.b", 4 << b, ".torgb.bias")); ++b) {
    const std::string block = concat("b", 4 << b, ".");
    add(block + "conv0", concat("convs.", 2 * b - 2));
    out[concat("convs.", 2 * b - 2, ".conv.blur.kernel")] = kernel.clone();
    add(block + "conv1", concat("convs.", 2 * b - 1));
    add(block + "torgb", concat("to_rgbs.", b - 1));
    out[concat("to_rgbs.", b - 1, ".upsample.kernel")] = kernel.clone();
  }
  return out;
}

}  // namespace sgilo
