#include "sgilo/models/model_folder.h"

#include <cerrno>

#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/sha256.h"
#include "sgilo/generator/coarse_generator.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/machine/system_info.h"
#include "sgilo/models/network_file.h"
#include "sgilo/score/score_network.h"

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
  if (folder.is_absolute() || fs::exists(folder, problem)) return folder;
  fs::path place = fs::read_symlink("/proc/self/exe", problem).parent_path();
  for (int level = 0; level < 4 && !problem; ++level, place = place.parent_path())
    if (fs::exists(description_file(place / folder))) return place / folder;
  return folder;
}

constexpr std::uint64_t kLargestDescription = 1 << 20;  // bytes

// A JSON value in a sentence.
std::string found_text(const Json& value) {
  if (value.is_null()) return "missing";
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() <= 60 ? text : text.substr(0, 60) + "...";
}

// "parts.generator.sha256 must be a text, but is 5", behind the file's name.
FormatError wrong_entry(const std::filesystem::path& folder, const std::string& field,
                        std::string_view accepted, const Json& found) {
  return format_error(description_file(folder),
                      concat(Json(field).dump(-1, ' ', true, Json::error_handler_t::replace),
                             " must be ", accepted, ", but is ", found_text(found)));
}

bool is_sha256(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// Every entry that is read later, of the type that it is read as.
void check_description(const std::filesystem::path& folder, const Json& json) {
  if (!json.is_object()) throw wrong_entry(folder, "format", concat("\"", kFormat, "\""), Json());
  const auto wrong = [&](const std::string& field, std::string_view accepted, const Json& found) {
    return wrong_entry(folder, field, accepted, found);
  };
  const Json format = json.value("format", Json());
  if (format != kFormat) throw wrong("format", concat("\"", kFormat, "\""), format);
  if (json.contains("name") && !json["name"].is_string())
    throw wrong("name", "a text", json["name"]);
  const Json parts = json.value("parts", Json());
  if (!parts.is_object()) throw wrong("parts", "an object of the model's parts", parts);
  for (const auto& [name, part] : parts.items()) {
    const std::string place = concat("parts.", name);
    if (!part.is_object()) throw wrong(place, "an object", part);
    const Json sha256 = part.value("sha256", Json());
    if (!is_sha256(sha256)) throw wrong(place + ".sha256", "a SHA-256 of 64 digits", sha256);
    if (part.contains("generator") && !is_sha256(part["generator"]))
      throw wrong(place + ".generator", "a SHA-256 of 64 digits", part["generator"]);
    if (part.contains("clamp") && !(part["clamp"].is_number() && part["clamp"].get<double>() >= 0))
      throw wrong(place + ".clamp", "a number of at least 0", part["clamp"]);
    if (part.contains("options") && !part["options"].is_object())
      throw wrong(place + ".options", "an object", part["options"]);
  }
}

Json read_description(const std::filesystem::path& folder) {
  const auto path = description_file(folder);
  std::error_code problem;
  if (!std::filesystem::exists(folder, problem) && !problem)
    throw FormatError(concat(folder.string(), ": there is no such model folder"));
  require_kind(folder, "a model is a folder with model.json, as convert makes one",
               {FileKind::folder, FileKind::model_folder});
  if (!std::filesystem::is_directory(folder, problem))
    throw format_error(
        folder, concat("is no model folder: ", file_problem(problem ? problem.value() : ENOTDIR)));
  const Folder inside(folder);
  const std::string name = path.filename().string();
  if (!inside.holds(name))
    throw FormatError(concat(folder.string(), ": is no model folder, model.json is missing"));
  const Json json = parse_json(inside.read(name, kLargestDescription), path.string());
  check_description(folder, json);
  return json;
}

// The tensors of a part in float32, checked against the recorded hash.
StateDict read_part(const std::filesystem::path& folder, const Json& description,
                    const std::string& part) {
  const std::string name = part + ".safetensors";
  const auto path = folder / name;
  if (!description["parts"].contains(part))
    throw FormatError(concat(description_file(folder).string(), ": part '", part, "' is missing"));
  const Folder inside(folder);
  if (!inside.holds(name)) throw FormatError(concat(path.string(), ": is missing"));
  const HashedFile file = read_hashed(inside, name);
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

std::string hash_of(const Json& description) {
  std::string all;
  for (const auto& part : description["parts"].items()) all += part.value().value("sha256", "");
  return sha256_of(all);
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
              .hash = hash_of(description),
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
  return naming_description(located(named), [&](const std::filesystem::path& folder) {
    return load_described(folder, run);
  });
}

FeatureClassifier load_classifier(const std::filesystem::path& named, torch::Device device) {
  return naming_description(located(named), [&](const std::filesystem::path& folder) {
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
        {"format", kFormat}, {"name", folder.filename().string()}, {"parts", Json::object()}};
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
