#include "sgilo/models/model.h"

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/sha256.h"
#include "sgilo/machine/system_info.h"

namespace sgilo {
namespace {

constexpr const char* kFormat = "sgilo model 1";

std::filesystem::path description_file(const std::filesystem::path& folder) {
  return folder / "model.json";
}

// A relative folder that is not below the working folder is looked for above the program too, so
// that the model of the source tree is found from everywhere.
std::filesystem::path located(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code problem;
  if (folder.is_absolute() || fs::exists(folder)) return folder;
  fs::path place = fs::read_symlink("/proc/self/exe", problem).parent_path();
  for (int level = 0; level < 4 && !problem; ++level, place = place.parent_path())
    if (fs::exists(description_file(place / folder))) return place / folder;
  return folder;
}

Json read_description(const std::filesystem::path& folder) {
  const auto path = description_file(folder);
  if (!std::filesystem::is_directory(folder))
    throw FormatError(concat(folder.string(), ": there is no such model folder"));
  if (!std::filesystem::exists(path))
    throw FormatError(concat(folder.string(), ": is no model folder, model.json is missing"));
  const Json json = parse_json(read_file(path), path.string());
  if (!json.is_object() || json.value("format", Json()) != kFormat)
    throw FormatError(concat(path.string(), ": \"format\" must be \"", kFormat, "\", but is ",
                             json.is_object() ? json.value("format", Json()).dump() : "missing"));
  if (!json.contains("parts") || !json["parts"].is_object())
    throw FormatError(concat(path.string(), ": \"parts\" is missing"));
  return json;
}

// The tensors of a part in float32, checked against the recorded hash.
StateDict read_part(const std::filesystem::path& folder, const Json& description,
                    const std::string& part) {
  const auto path = folder / (part + ".safetensors");
  if (!description["parts"].contains(part))
    throw FormatError(concat(description_file(folder).string(), ": part '", part, "' is missing"));
  if (!std::filesystem::exists(path)) throw FormatError(concat(path.string(), ": is missing"));
  StateDict tensors = read_safetensors(path).tensors;
  const std::string recorded = description["parts"][part].value("sha256", ""),
                    found = sha256_of_file(path);
  if (recorded != found)
    throw FormatError(concat(path.string(), ": its SHA-256 must be ", recorded.substr(0, 12),
                             "... as model.json says, but is ", found.substr(0, 12),
                             "...; it belongs to another model or was changed"));
  for (auto& [name, tensor] : tensors)
    if (tensor.is_floating_point()) tensor = tensor.to(torch::kFloat32);
  return tensors;
}

// Makes a part of its tensors, naming the file where they do not fit.
template <class Make>
auto loaded(const std::filesystem::path& folder, const Json& description, const std::string& part,
            Make make) {
  const StateDict tensors = read_part(folder, description, part);
  try {
    return make(tensors);
  } catch (const Error& error) {
    throw FormatError(concat((folder / (part + ".safetensors")).string(), ": ", error.what()));
  }
}

template <class O>
O options_of(const std::filesystem::path& folder, const Json& description,
             const std::string& part) {
  O options;
  try {
    from_json(description["parts"][part].value("options", Json::object()), options,
              concat("parts.", part, ".options."));
  } catch (const ConfigError& error) {
    throw FormatError(concat(description_file(folder).string(), ": ", error.what()));
  }
  return options;
}

std::string score_part(int layer) { return concat("score_", layer); }

StateDict on_device(const StateDict& state, torch::Device device) {
  StateDict out;
  for (const auto& [name, tensor] : state) out[name] = tensor.to(device);
  return out;
}

FeatureClassifier read_classifier(const std::filesystem::path& folder, const Json& description,
                                  torch::Device device) {
  const auto options = options_of<FeatureClassifierOptions>(folder, description, "classifier");
  FeatureClassifier classifier =
      loaded(folder, description, "classifier", [&](const StateDict& tensors) {
        FeatureClassifier made(options, RandomStreams(0));
        load_state(*made, tensors);
        return made;
      });
  classifier->to(device);
  for (Tensor& parameter : classifier->parameters()) parameter.requires_grad_(false);
  return classifier;
}

// A score knows its generator: activations of another one are another law.
void check_generator_of(const std::filesystem::path& folder, const Json& description,
                        const std::string& part) {
  const Json& parts = description["parts"];
  const std::string trained = parts[part].value("generator", ""),
                    here = parts["generator"].value("sha256", "");
  if (trained != here)
    throw FormatError(concat((folder / (part + ".safetensors")).string(),
                             ": was trained for another generator (SHA-256 ", trained.substr(0, 12),
                             "..., here ", here.substr(0, 12),
                             "...); train it again or take its entry out of model.json"));
}

}  // namespace

Sde Model::sde() const { return scores.empty() ? Sde() : scores.begin()->second->sde(); }

std::map<int, std::map<std::string, VariablePrior>> Model::priors() const {
  std::map<int, std::map<std::string, VariablePrior>> out;
  for (int layer = 0; layer <= generator->layers(); ++layer) {
    const StylePrior& prior = *style_prior;
    const Sde diffusion = sde();
    out[layer]["styles"] = {
        [prior, diffusion](const Tensor& x, const Tensor& t) {
          return prior.score(x, diffusion.mean_scale(t), diffusion.std(t));
        },
        [prior](const Tensor& x) { return prior.energy(x); },
        [prior](const std::vector<RandomStreams>& rows) { return prior.draw(rows); }};
    if (scores.count(layer)) out[layer]["features"] = {score_function(scores.at(layer)), {}, {}};
  }
  return out;
}

std::string Model::hash() const {
  std::string all;
  for (const auto& part : description["parts"].items()) all += part.value().value("sha256", "");
  return sha256_of(all);
}

Model load_model(const std::filesystem::path& named, torch::Device device) {
  const std::filesystem::path folder = located(named);
  Model model;
  model.folder = folder;
  model.description = read_description(folder);
  model.name = model.description.value("name", folder.filename().string());
  const auto read = [&](const std::string& part, auto make) {
    return loaded(folder, model.description, part, make);
  };
  StyleGan2 network = read("generator", stylegan2_from_state);
  network->synthesis->options.clamp = model.description["parts"]["generator"].value("clamp", 0.0);
  network->to(device);
  auto coordinates = read("coordinates", [&](const StateDict& tensors) {
    return StyleGan2Coordinates::from_state(on_device(tensors, device));
  });
  const int layers = static_cast<int>(network->synthesis->options.blocks()) - 1;
  for (int layer = 1; layer <= layers; ++layer) {
    const std::string part = score_part(layer);
    if (!model.description["parts"].contains(part)) continue;
    check_generator_of(folder, model.description, part);
    const auto options = options_of<ScoreNetworkOptions>(folder, model.description, part);
    const auto& synthesis = network->synthesis->options;
    const Shape shape{synthesis.widths[static_cast<std::size_t>(layer - 1)] + (layer > 1 ? 3 : 0),
                      synthesis.resolution(layer - 1), synthesis.resolution(layer - 1)};
    ScoreNetwork score = read(part, [&](const StateDict& tensors) {
      ScoreNetwork made(shape, options, RandomStreams(0));
      load_state(*made, tensors);
      return made;
    });
    score->to(device);
    for (Tensor& parameter : score->parameters()) parameter.requires_grad_(false);
    coordinates.layers[layer] = {score->channel_mean(), score->channel_scale()};
    model.scores.emplace(layer, score);
  }
  model.generator = read("coordinates", [&](const StateDict&) {
    return std::make_unique<StyleGan2Generator>(network, coordinates);
  });
  model.style_prior = read("style_prior", [&](const StateDict& tensors) {
    return StylePrior::from_state(network->synthesis->options.style_rows(),
                                  on_device(tensors, device));
  });
  if (model.description["parts"].contains("classifier"))
    model.classifier = read_classifier(folder, model.description, device);
  return model;
}

Model load_model(const std::filesystem::path& folder, const GeneratorRunOptions& options) {
  Model model = load_model(folder, device_of(options.device));
  SynthesisNetwork synthesis = model.generator->network()->synthesis;
  synthesis->convolution_type = scalar_type(options.precision);
  for (auto& [layer, score] : model.scores)
    score->network()->products = {scalar_type(options.precision), faster_linear_way()};
  synthesis->kernel = options.kernel;
  synthesis->kernel_in_use();  // throws where it cannot run
  return model;
}

FeatureClassifier load_classifier(const std::filesystem::path& named, torch::Device device) {
  const std::filesystem::path folder = located(named);
  const Json description = read_description(folder);
  if (!description["parts"].contains("classifier"))
    throw FormatError(concat(description_file(folder).string(), ": part 'classifier' is missing"));
  return read_classifier(folder, description, device);
}

void write_model_part(const std::filesystem::path& folder, const std::string& part,
                      const StateDict& tensors, const Json& facts, bool half) {
  make_folder(folder);
  Json description;
  if (std::filesystem::exists(description_file(folder)))
    description = read_description(folder);
  else
    description = {
        {"format", kFormat}, {"name", folder.filename().string()}, {"parts", Json::object()}};
  StateDict stored;
  for (const auto& [name, tensor] : tensors)
    stored[name] = half && tensor.is_floating_point() ? tensor.to(torch::kFloat16) : tensor;
  const auto path = folder / (part + ".safetensors");
  std::map<std::string, std::string> metadata;  // for those who take the file alone
  for (const auto& [name, fact] : facts.items())
    if (fact.is_primitive())
      metadata[name] = fact.is_string() ? fact.get<std::string>() : fact.dump();
  write_safetensors(path, stored, metadata);
  Json entry = {{"sha256", sha256_of_file(path)}};
  entry.update(facts);
  description["parts"][part] = entry;
  write_file_atomically(description_file(folder), description.dump(2) + "\n");
}

Json model_part(const std::filesystem::path& folder, const std::string& part) {
  const Json description = read_description(folder);
  return description["parts"].contains(part) ? description["parts"][part] : Json();
}

}  // namespace sgilo
