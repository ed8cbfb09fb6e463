#include "sgilo/models/model_folder.h"

#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/generator/coarse_generator.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/machine/system_info.h"
#include "sgilo/models/model_description.h"
#include "sgilo/models/network_file.h"
#include "sgilo/score/score_network.h"

namespace sgilo {
namespace {

// The tensors of a part in float32, checked against the recorded hash.
StateDict read_part(const std::filesystem::path& folder, const Json& description,
                    const std::string& part) {
  const std::string name = part + ".safetensors";
  const auto path = folder / name;
  if (!description["parts"].contains(part))
    throw FormatError(concat(description_file(folder).string(), ": part '", part, "' is missing"));
  const Folder inside(folder);
  if (!inside.holds(name)) throw FormatError(concat(path.string(), ": is missing"));
  const HashedFile file = read_hashed_safetensors(inside, name);
  const std::string recorded = description["parts"][part]["sha256"].get<std::string>();
  if (recorded != file.sha256)
    throw FormatError(concat(path.string(), ": its SHA-256 must be ", recorded.substr(0, 12),
                             "... as model.json says, but is ", file.sha256.substr(0, 12),
                             "...; it belongs to another model or was changed"));
  StateDict tensors = read_safetensors(file.bytes, path).tensors;
  for (auto& [name, tensor] : tensors)
    if (tensor.is_floating_point()) tensor = tensor.to(torch::kFloat32);
  require_finite_weights(tensors, path);
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

FeatureClassifier read_classifier(const std::filesystem::path& folder, const Json& description,
                                  torch::Device device) {
  const auto options = options_of<FeatureClassifierOptions>(folder, description, "classifier");
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
      loaded(folder, description, "classifier", [&](const StateDict& tensors) {
        require_room(tensors, numbers_of(options));
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

// The score networks of the layers that have one; their statistics become the layers' coordinates.
std::map<int, ScoreNetwork> read_scores(const std::filesystem::path& folder,
                                        const Json& description, const SynthesisOptions& synthesis,
                                        StyleGan2Coordinates& coordinates,
                                        const GeneratorRunOptions& run) {
  std::map<int, ScoreNetwork> scores;
  for (int layer = 1; layer < static_cast<int>(synthesis.blocks()); ++layer) {
    const std::string part = score_part(layer);
    if (!description["parts"].contains(part)) continue;
    check_generator_of(folder, description, part);
    const auto options = options_of<ScoreNetworkOptions>(folder, description, part);
    const Shape shape{synthesis.widths[static_cast<std::size_t>(layer - 1)] + (layer > 1 ? 3 : 0),
                      synthesis.resolution(layer - 1), synthesis.resolution(layer - 1)};
    ScoreNetwork score = loaded(folder, description, part, [&](const StateDict& tensors) {
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

// Of every stage: the styles in closed form, N(0, I) for the noises, and the layer where it has a
// score, whose diffusion the others take.
Priors priors_of(const StylePrior& styles, const std::map<int, ScoreNetwork>& scores, int layers) {
  Priors priors;
  for (int stage = 0; stage <= layers; ++stage) {
    const auto scored = scores.find(stage);
    const Sde sde = scored == scores.end() ? Sde() : scored->second->sde();
    const auto score = [styles, sde](const Tensor& x, const Tensor& t) {
      return styles.score(x, sde.mean_scale(t), sde.std(t));
    };
    priors.set(stage, Role::code, {score, sde});
    priors.set(stage, Role::noise, standard_normal(sde));
    if (scored != scores.end())
      priors.set(stage, Role::layer, {score_function(scored->second), sde});
  }
  return priors;
}

ModelError model_error_of(const std::filesystem::path& folder, const Json& description) {
  try {
    return ModelError(description.value("model_error", Json()));
  } catch (const FormatError& error) {
    throw format_error(description_file(folder), error.what());
  }
}

Model load_described(const std::filesystem::path& folder, const GeneratorRunOptions& run) {
  const torch::Device device = device_of(run.device);
  const Json description = read_description(folder);
  const auto read = [&](const std::string& part, auto make) {
    return loaded(folder, description, part, make);
  };
  Model model{.name = description.value("name", folder.filename().string()),
              .place = folder.string(),
              .hash = hash_of_description(description),
              .error = model_error_of(folder, description)};
  StyleGan2 network = read("generator", stylegan2_from_state);
  model.generator_hash = description["parts"]["generator"].value("sha256", "");
  SynthesisNetwork synthesis = network->synthesis;
  synthesis->options.clamp = description["parts"]["generator"].value("clamp", 0.0);
  synthesis->convolution_type = scalar_type(run.precision);
  synthesis->kernel = run.kernel;
  network->to(device);

  auto coordinates = read("coordinates", [&](const StateDict& tensors) {
    return StyleGan2Coordinates::from_state(on_device(tensors, device));
  });
  const std::map<int, ScoreNetwork> scores =
      read_scores(folder, description, synthesis->options, coordinates, run);
  const auto generator = made_of(folder / "coordinates.safetensors", [&] {
    return std::make_shared<const StyleGan2Generator>(network, coordinates);
  });
  model.generator = generator;
  model.cut = [generator](std::int64_t side) {
    return std::make_shared<const CoarseGenerator>(*generator, side);
  };
  const StylePrior styles = read("style_prior", [&](const StateDict& tensors) {
    return StylePrior::from_state(synthesis->options.style_rows(), on_device(tensors, device));
  });
  model.priors = priors_of(styles, scores, generator->layers());
  if (description["parts"].contains("classifier"))
    model.features = read_classifier(folder, description, device);
  describe_network(*synthesis, model);  // throws where the kernel cannot run
  return model;
}

// Entries of model.json of other types than they should have are the file's fault.
template <class Load>
auto naming_description(const std::filesystem::path& folder, const Load& load) {
  try {
    return load(folder);
  } catch (const Json::exception& error) {
    throw format_error(description_file(folder),
                       concat("an entry is not of the type that it should have: ", error.what()));
  }
}

}  // namespace

Model load_model_folder(const std::filesystem::path& named, const GeneratorRunOptions& run) {
  return naming_description(located_model(named), [&](const std::filesystem::path& folder) {
    return load_described(folder, run);
  });
}

FeatureClassifier load_classifier(const std::filesystem::path& named, torch::Device device) {
  return naming_description(located_model(named), [&](const std::filesystem::path& folder) {
    const Json description = read_description(folder);
    if (!description["parts"].contains("classifier"))
      throw FormatError(
          concat(description_file(folder).string(), ": part 'classifier' is missing"));
    return read_classifier(folder, description, device);
  });
}

namespace {

// Of the bytes that are proved to be what was meant.
std::string hash_of_written(const std::filesystem::path& path, const StateDict& meant) {
  const HashedFile file = read_hashed(path);
  const StateDict written = read_safetensors(file.bytes, path).tensors;
  bool same = written.size() == meant.size();
  for (const auto& [name, tensor] : meant)
    same = same && written.count(name) && written.at(name).equal(tensor.detach().cpu());
  if (!same) throw Error(concat(path.string(), ": was changed while it was written"));
  return file.sha256;
}

}  // namespace

void write_model_part(const std::filesystem::path& folder, const std::string& part,
                      const StateDict& tensors, const Json& facts, bool half) {
  make_folder(folder);
  Json description;
  if (std::filesystem::exists(description_file(folder)))
    description = read_description(folder);
  else
    description = {
        {"format", kModelFormat}, {"name", folder.filename().string()}, {"parts", Json::object()}};
  StateDict stored;
  for (const auto& [name, tensor] : tensors)
    stored[name] = half && tensor.is_floating_point() ? tensor.to(torch::kFloat16) : tensor;
  const auto path = folder / (part + ".safetensors");
  require_finite_weights(stored, path);
  std::map<std::string, std::string> metadata;  // for those who take the file alone
  for (const auto& [name, fact] : facts.items())
    if (fact.is_primitive())
      metadata[name] = fact.is_string() ? fact.get<std::string>() : fact.dump();
  write_safetensors(path, stored, metadata);
  Json entry = {{"sha256", hash_of_written(path, stored)}};
  entry.update(facts);
  description["parts"][part] = entry;
  write_file_atomically(description_file(folder), description.dump(2) + "\n");
}

Json model_part(const std::filesystem::path& folder, const std::string& part) {
  const Json description = read_description(folder);
  return description["parts"].contains(part) ? description["parts"][part] : Json();
}

}  // namespace sgilo
