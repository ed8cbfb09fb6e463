// The networks of a model folder's parts "classifier" and "score_<k>", built by their options in
// model.json: nothing is allocated for what those merely announce.
#pragma once

#include <filesystem>
#include <map>

#include "sgilo/core/options_json.h"
#include "sgilo/generator/stylegan2_generator.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/metrics/feature_classifier.h"
#include "sgilo/score/score_network.h"

namespace sgilo {

// All throw FormatError naming the file. Networks are frozen.
FeatureClassifier read_classifier(const std::filesystem::path& folder, const Json& description,
                                  torch::Device device);

// The score networks of the layers that have one; their statistics become the layers' coordinates.
std::map<int, ScoreNetwork> read_scores(const std::filesystem::path& folder,
                                        const Json& description, const SynthesisOptions& synthesis,
                                        StyleGan2Coordinates& coordinates,
                                        const GeneratorRunOptions& run);

}  // namespace sgilo
