// Networks with random weights, for timing.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/random_streams.h"
#include "sgilo/generator/stylegan2_generator.h"
#include "sgilo/score/vision_transformer.h"

namespace sgilo {

// "default", "256" or "config-f". Throws ConfigError.
SynthesisOptions synthesis_preset(const std::string& name);
StyleGan2 random_network(const SynthesisOptions& synthesis);
// In coordinates that change nothing.
std::shared_ptr<StyleGan2Generator> random_generator(const SynthesisOptions& synthesis,
                                                     torch::ScalarType type, Kernel kernel);

// A score network and the shape of its variable.
struct ScorePreset {
  VisionTransformerOptions network;
  Shape shape;  // [C, H, W]
  std::int64_t tokens() const;
};
// "default" or "paper". Throws ConfigError.
ScorePreset score_preset(const std::string& name);

std::vector<RandomStreams> bench_rows(std::int64_t seed, int chains);

}  // namespace sgilo
