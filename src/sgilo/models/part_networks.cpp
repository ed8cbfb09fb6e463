#include "sgilo/models/part_networks.h"

#include "sgilo/machine/system_info.h"
#include "sgilo/models/model_description.h"
#include "sgilo/models/model_parts.h"

namespace sgilo {
namespace {

std::string score_part(int layer) { return concat("score_", layer); }

// Numbers that networks of these options have at least.
double numbers_of(const FeatureClassifierOptions& o) {
  double sum = 0, before = 3;
  for (const int width : o.widths) {
    sum += 9.0 * width * before;
    before = width;
  }
  double outputs = static_cast<double>(o.regressions.size());
  for (const int count : o.class_counts) outputs += count;
  return sum + before * o.features + outputs * o.features;
}

double numbers_of(const VisionTransformerOptions& o) {
  const auto width = static_cast<double>(o.width);
  return static_cast<double>(o.layers) * (10 + 2 * static_cast<double>(o.mlp_ratio)) * width *
             width +
         static_cast<double>(o.condition_size) * width;
}

// Nothing is allocated for what options merely announce.
void require_room(const StateDict& tensors, double numbers) {
  double there = 0;
  for (const auto& [name, tensor] : tensors) there += static_cast<double>(tensor.numel());
  if (numbers > there)
    throw FormatError(concat("its options in model.json are of a network of at least ", numbers,
                             " numbers, but the file holds ", there));
}

// A score knows its generator: activations of another one are another law.
void check_generator_of(const std::filesystem::path& folder, const Json& description,
                        const std::string& part) {
  const Json& parts = description["parts"];
  const std::string trained = parts[part].value("generator", ""),
                    here = parts["generator"].value("sha256", "");
  if (trained != here)
    throw FormatError(concat((folder / part_file(part)).string(),
                             ": was trained for another generator (SHA-256 ", trained.substr(0, 12),
                             "..., here ", here.substr(0, 12),
                             "...); train it again or take its entry out of model.json"));
}

}  // namespace

FeatureClassifier read_classifier(const std::filesystem::path& folder, const Json& description,
                                  torch::Device device) {
  const auto options = options_of_part<FeatureClassifierOptions>(folder, description, "classifier");
  const auto most = [&](const char* name, std::int64_t value, std::int64_t limit) {
    if (value > limit)
      throw wrong_entry(folder, concat("parts.classifier.options.", name),
                        concat("at most ", limit), value);
  };
  if (options.widths.empty())
    throw wrong_entry(folder, "parts.classifier.options.widths", "a list of at least one number",
                      Json::array());
  most("widths", static_cast<std::int64_t>(options.widths.size()), 12);  // halvings
  most("resolution", options.resolution, 4096);
  FeatureClassifier classifier =
      made_of_part(folder, description, "classifier", [&](const StateDict& tensors) {
        require_room(tensors, numbers_of(options));
        FeatureClassifier made(options, RandomStreams(0));
        load_state(*made, tensors);
        return made;
      });
  classifier->to(device);
  for (Tensor& parameter : classifier->parameters()) parameter.requires_grad_(false);
  return classifier;
}

std::map<int, ScoreNetwork> read_scores(const std::filesystem::path& folder,
                                        const Json& description, const SynthesisOptions& synthesis,
                                        StyleGan2Coordinates& coordinates,
                                        const GeneratorRunOptions& run) {
  std::map<int, ScoreNetwork> scores;
  for (int layer = 1; layer < static_cast<int>(synthesis.blocks()); ++layer) {
    const std::string part = score_part(layer);
    if (!description["parts"].contains(part)) continue;
    check_generator_of(folder, description, part);
    const auto options = options_of_part<ScoreNetworkOptions>(folder, description, part);
    const Shape shape{synthesis.widths[static_cast<std::size_t>(layer - 1)] + (layer > 1 ? 3 : 0),
                      synthesis.resolution(layer - 1), synthesis.resolution(layer - 1)};
    ScoreNetwork score = made_of_part(folder, description, part, [&](const StateDict& tensors) {
      require_room(tensors, numbers_of(options.network));
      ScoreNetwork made(shape, options, RandomStreams(0));
      load_state(*made, tensors);
      if (!(made->channel_scale() > 0).all().item<bool>())
        throw FormatError("tensor 'channel_scale' must be positive");
      return made;
    });
    score->to(device_of(run.device));
    score->network()->products = {scalar_type(run.precision), faster_linear_way()};
    for (Tensor& parameter : score->parameters()) parameter.requires_grad_(false);
    coordinates.layers[layer] = {score->channel_mean(), score->channel_scale()};
    scores.emplace(layer, score);
  }
  return scores;
}

}  // namespace sgilo
