// A model folder: model.json names its parts, each a safetensors file with its SHA-256.
//   generator     weights under the NVIDIA names (any floating type)
//   coordinates   of styles and layers (generator/stylegan2_generator.h)
//   style_prior   basis and deviations (generator/style_prior.h)
//   score_<k>     the score network of layer k; its channel statistics are the layer's coordinates
//   classifier    attributes of portraits: features for Frechet and perceptual distances
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sgilo/core/options_json.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/generator/stylegan2_generator.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/metrics/feature_classifier.h"
#include "sgilo/score/score_network.h"
#include "sgilo/solvers/problem.h"

namespace sgilo {

struct Model {
  std::string name;
  std::filesystem::path folder;
  Json description;  // model.json as read
  std::unique_ptr<StyleGan2Generator> generator;
  std::optional<StylePrior> style_prior;
  std::map<int, ScoreNetwork> scores;
  FeatureClassifier classifier{nullptr};  // empty when the folder has none

  Sde sde() const;  // of the scores; the default where there is none
  // Priors of styles (every stage) and features (stages with a score), as Problem takes them.
  std::map<int, std::map<std::string, VariablePrior>> priors() const;
  std::string hash() const;  // SHA-256 over the hashes of all parts
};

// A relative folder is looked for in the working folder, then in those that hold the program.
// Throws FormatError, naming file and tensor, for a folder that is missing a part, or whose part is
// truncated, of another model, or not what its hash says.
Model load_model(const std::filesystem::path& folder, torch::Device device = torch::kCPU);

// On the device, in the precision and with the kernels that the options name.
Model load_model(const std::filesystem::path& folder, const GeneratorRunOptions& options);

// The classifier of a model folder alone, which may have no other part yet.
FeatureClassifier load_classifier(const std::filesystem::path& folder,
                                  torch::Device device = torch::kCPU);

// Writes `<part>.safetensors` (floats as fp16 where `half`) and enters it, with its hash and
// `facts`, into model.json, which is made when missing. Atomic.
void write_model_part(const std::filesystem::path& folder, const std::string& part,
                      const StateDict& tensors, const Json& facts, bool half);

// The entry of a part in model.json, or null.
Json model_part(const std::filesystem::path& folder, const std::string& part);

}  // namespace sgilo
