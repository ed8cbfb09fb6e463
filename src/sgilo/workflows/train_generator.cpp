#include "sgilo/workflows/train_generator.h"

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/models/model_folder.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/training/portrait_frechet.h"
#include "sgilo/training/training_output.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSheetImages = 48, kSheetColumns = 12;
constexpr double kFirstRowDeviation = 0.3;  // tau of the style prior until inversions say better

int image_size(const TrainGeneratorOptions& options) {
  return 4 << (options.trainer.widths.size() - 1);
}

fs::path discriminator_file(const fs::path& model) {
  return model / "training" / "discriminator.safetensors";
}

StateDict in_type(const StateDict& state, torch::ScalarType type) {
  StateDict out;
  for (const auto& [name, tensor] : state)
    out[name] = tensor.is_floating_point() ? tensor.to(type) : tensor;
  return out;
}

void warm_start(AdversarialTrainer& trainer, const fs::path& folder) {
  const auto read = [](const fs::path& path) {
    return in_type(read_safetensors(path).tensors, torch::kFloat32);
  };
  const auto discriminator = discriminator_file(folder);
  trainer.load_weights(read(folder / "generator.safetensors"),
                       fs::exists(discriminator) ? read(discriminator) : StateDict());
}

// The classifier of the model folder, empty where there is none yet.
FeatureClassifier classifier_of(const fs::path& folder) {
  if (!fs::exists(folder / "model.json") || model_part(folder, "classifier").is_null())
    return nullptr;
  return load_classifier(folder);
}

void export_model(AdversarialTrainer& trainer, const TrainGeneratorOptions& options,
                  TrainGeneratorResult& result) {
  const fs::path folder = options.output;
  StyleGan2 network = trainer.averaged();
  network->synthesis->convolution_type = torch::kFloat32;
  Json facts = {
      {"images", result.images}, {"steps", result.steps}, {"options", to_json(options.trainer)}};
  if (result.frechet >= 0)
    facts["frechet"] = {{"images", options.frechet_images},
                        {"distance", result.frechet},
                        {"floor", result.floor},
                        {"ruler", result.ruler}};
  write_model_part(folder, "generator", state_of(*network), facts, true);
  // Coordinates are those of the weights as they are stored, in fp16.
  StyleGan2 stored =
      stylegan2_from_state(in_type(in_type(state_of(*network), torch::kFloat16), torch::kFloat32));
  Observer silent;  // what is trained is kept, whatever is asked for
  const auto coordinates = estimate_coordinates(
      stored, 4096, RandomStreams(static_cast<std::uint64_t>(options.seed)).child("coordinates"),
      silent);
  write_model_part(folder, "coordinates", coordinates->state(), Json::object(), false);
  const auto& synthesis = network->synthesis->options;
  write_model_part(
      folder, "style_prior",
      StylePrior::isotropic(synthesis.style_rows(), synthesis.w_dim, kFirstRowDeviation).state(),
      {{"origin", concat("isotropic, row deviation ", kFirstRowDeviation)}}, false);
  make_folder(folder / "training");
  write_safetensors(discriminator_file(folder),
                    in_type(state_of(*trainer.discriminator()), torch::kFloat16));
  write_png(folder / "generator.png",
            contact_sheet(trainer.samples(0, kSheetImages), kSheetColumns, ""));
}

}  // namespace

TrainGeneratorResult train_generator(const TrainGeneratorOptions& options, Observer& observer) {
  validate(options);
  const torch::Device device = device_of(options.device);
  const fs::path folder = state_folder(options.state, options.output, "generator");
  const int size = image_size(options);
  PortraitBatches portraits(
      {.seed = 0, .count = options.portraits, .batch = options.trainer.batch, .size = size});
  AdversarialTrainer trainer(
      options.trainer, [&](std::int64_t step) { return portraits.batch(step).images; }, device);
  if (!options.warm_start.empty()) warm_start(trainer, options.warm_start);
  const FeatureClassifier classifier = classifier_of(options.output);
  std::optional<PortraitFrechet> interim;
  if (classifier) interim.emplace(classifier, options.interim_frechet_images, size);
  const auto samples = [&](std::int64_t first, std::int64_t count) {
    return trainer.samples(first, count).cpu();
  };

  const Trainable trainable{
      "generator",
      options.trainer.batch,
      [&] { return trainer.step(); },
      [&] { return trainer.state(); },
      [&](const TrainingState& state) { trainer.load_state(state); },
      [&](std::int64_t step) {
        write_png(folder / concat("samples_", step, ".png"),
                  contact_sheet(samples(0, kSheetImages), kSheetColumns,
                                concat(step * options.trainer.batch, " images")));
        std::map<std::string, double> values;
        if (interim)
          values = {{"frechet", interim->distance(samples)}, {"frechet_floor", interim->floor()}};
        return values;
      }};
  TrainGeneratorResult result;
  if (options.export_only) {
    const auto state = load_training_state(folder);
    if (!state)
      throw ConfigError(concat(folder.string(), ": holds no state of a training run to export"));
    trainer.load_state(*state);
    result.finished = true;
  } else {
    result.finished = run_training(trainable, folder, options.loop, observer);
  }
  result.steps = trainer.steps();
  result.images = trainer.images();
  if (!result.finished) return result;
  if (classifier) {
    PortraitFrechet frechet(classifier, options.frechet_images, size);
    result.frechet = frechet.distance(samples);
    result.floor = frechet.floor();
    result.ruler = frechet.ruler();
  }
  export_model(trainer, options, result);
  return result;
}

std::string plan(const TrainGeneratorOptions& options) {
  validate(options);
  device_of(options.device);
  if (!options.warm_start.empty()) model_part(options.warm_start, "generator");
  return concat("generator of ", image_size(options), " pixels, ",
                training_plan(state_folder(options.state, options.output, "generator"),
                              options.loop.steps, options.trainer.batch),
                "\nwould write ", options.output, "\n");
}

}  // namespace sgilo
