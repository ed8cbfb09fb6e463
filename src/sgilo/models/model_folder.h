// A model folder: model.json names its parts (model_description.h), each a safetensors file with its
// SHA-256 (model_parts.h).
//   generator      weights under the NVIDIA names (any floating type)
//   coordinates    of styles and layers (generator/stylegan2_generator.h)
//   style_prior    basis and deviations (generator/style_prior.h)
//   score_<k>      the score network of layer k; its channel statistics are the layer's coordinates
//   classifier     attributes of portraits: features for Frechet and perceptual distances
#pragma once

#include <filesystem>

#include "sgilo/models/model.h"

namespace sgilo {

Model load_model_folder(const std::filesystem::path& folder, const GeneratorRunOptions& run);

// The classifier of a model folder alone, which may have no other part yet.
FeatureClassifier load_classifier(const std::filesystem::path& folder,
                                  torch::Device device = torch::kCPU);

}  // namespace sgilo
