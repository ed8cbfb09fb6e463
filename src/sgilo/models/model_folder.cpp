#include "sgilo/models/model_folder.h"

#include "sgilo/files/file_problem.h"
#include "sgilo/generator/coarse_generator.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/models/model_description.h"
#include "sgilo/models/model_parts.h"
#include "sgilo/models/network_file.h"
#include "sgilo/models/part_networks.h"

namespace sgilo {
namespace {

StateDict on_device(const StateDict& state, torch::Device device) {
  StateDict out;
  for (const auto& [name, tensor] : state) out[name] = tensor.to(device);
  return out;
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
    return made_of_part(folder, description, part, make);
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
  const auto generator = made_of(folder / part_file("coordinates"), [&] {
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

}  // namespace sgilo
