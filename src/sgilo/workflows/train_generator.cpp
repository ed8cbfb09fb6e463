#include "sgilo/workflows/train_generator.h"

#include <algorithm>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/sha256.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/machine/system_info.h"
#include "sgilo/models/model_folder.h"
#include "sgilo/models/model_parts.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/portraits/portrait_renderer.h"
#include "sgilo/training/portrait_frechet.h"
#include "sgilo/training/training_output.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSheetImages = 48, kSheetColumns = 12;
constexpr double kFirstRowDeviation = 0.3;  // tau of the style prior until inversions say better

// Throws ConfigError for a size that portraits do not have.
int image_size(const TrainGeneratorOptions& options) {
  const int size = 4 << (std::min<std::size_t>(options.trainer.widths.size(), 20) - 1);
  check_portrait_size(size);
  return size;
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

// The state of another training, from which averaged weights alone are taken; an older version's
// state has them under the same names.
constexpr const char* kStateFile = "state.safetensors";

fs::path warm_start_file(const fs::path& folder) {
  const fs::path state = folder / kStateFile;
  return fs::exists(state) ? state : folder / "generator.safetensors";
}

void warm_start(AdversarialTrainer& trainer, const fs::path& folder) {
  const auto read = [](const fs::path& path) {
    return in_type(read_safetensors(path).tensors, torch::kFloat32);
  };
  const fs::path file = warm_start_file(folder);
  const StateDict tensors = read(file);
  try {
    if (file.filename() == kStateFile)
      return trainer.load_weights(with_prefix_removed(tensors, "averaged."),
                                  with_prefix_removed(tensors, "discriminator."));
    const auto discriminator = discriminator_file(folder);
    trainer.load_weights(tensors, fs::exists(discriminator) ? read(discriminator) : StateDict());
  } catch (const FormatError& error) {
    throw FormatError(concat(folder.string(), ": ", error.what()));
  }
}

// The options as they are carried out here.
TrainGeneratorOptions resolved(TrainGeneratorOptions options) {
  options.trainer.seed = options.seed;
  if (options.trainer.precision == TrainingPrecision::automatic)
    options.trainer.precision = from_word<TrainingPrecision>(
        "precision", word_of(faster_training_precision(device_of(options.device))));
  return options;
}

// What the training depends on besides its state (training_folder.h): not the way in which layers
// are computed, nor a precision that was left to the machine.
Json course_of(const TrainGeneratorOptions& options) {
  const fs::path warm = options.warm_start;
  Json trainer = to_json(options.trainer);
  trainer.erase("kernel");
  if (options.trainer.precision == TrainingPrecision::automatic) trainer["precision"] = nullptr;
  return {{"training", "generator"},
          {"seed", options.seed},
          {"trainer", trainer},
          {"portraits", options.portraits},
          {"warm_start", warm.empty() ? Json() : Json(sha256_of_file(warm_start_file(warm)))}};
}

// The classifier of the model folder, empty where there is none yet.
FeatureClassifier classifier_of(const fs::path& folder) {
  if (!fs::exists(folder / "model.json") || model_part(folder, "classifier").is_null())
    return nullptr;
  return load_classifier(folder);
}

// Into an empty folder: the generator and the parts that follow from it.
void write_generator(AdversarialTrainer& trainer, const TrainGeneratorOptions& options,
                     const TrainGeneratorResult& result, const fs::path& folder) {
  StyleGan2 network = trainer.averaged();
  network->synthesis->convolution_type = torch::kFloat32;
  Json facts = {{"images", result.images},
                {"steps", result.steps},
                {"seed", options.seed},
                {"options", to_json(options.trainer)}};
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

// The Frechet distance of the generator that the folder has, measured as the new one's.
double earlier_distance(const TrainGeneratorOptions& options, PortraitFrechet& frechet) {
  const fs::path folder = options.output;
  StyleGan2 network = stylegan2_from_state(
      in_type(read_safetensors(folder / "generator.safetensors").tensors, torch::kFloat32));
  network->synthesis->options.clamp = model_part(folder, "generator").value("clamp", 0.0);
  network->to(device_of(options.device));
  if (network->synthesis->options.widths.size() != options.trainer.widths.size())
    throw ConfigError("their images differ in size");
  const RandomStreams streams =
      RandomStreams(static_cast<std::uint64_t>(options.seed)).child("samples");
  return frechet.distance([&](std::int64_t first, std::int64_t count) {
    return samples_of(network, streams, first, count).cpu();
  });
}

// Measures the new generator, and the earlier one where there is one.
Judgement judged(const TrainGeneratorOptions& options, const FeatureClassifier& classifier,
                 const PortraitFrechet::Images& samples, bool replaces,
                 TrainGeneratorResult& result) {
  Judgement out{.measure = "Frechet distance"};
  if (!classifier) {
    out.problem = "the folder has no classifier for a Frechet distance";
    return out;
  }
  PortraitFrechet frechet(classifier, options.frechet_images, image_size(options));
  out.fresh = result.frechet = frechet.distance(samples);
  result.floor = frechet.floor();
  result.ruler = frechet.ruler();
  if (!replaces) return out;
  try {
    out.earlier = earlier_distance(options, frechet);
  } catch (const Error& error) {
    out.problem = error.what();
  }
  return out;
}

}  // namespace

TrainGeneratorResult train_generator(const TrainGeneratorOptions& asked, Observer& observer) {
  validate(asked);
  const TrainGeneratorOptions options = resolved(asked);
  const torch::Device device = device_of(options.device);
  require_replaceable(options.output, "generator", options.force);
  const int size = image_size(options);
  PortraitBatches portraits({.seed = 0,
                             .count = options.portraits,
                             .batch = options.trainer.batch,
                             .size = size,
                             .order = static_cast<std::uint64_t>(options.seed)});
  AdversarialTrainer trainer(
      options.trainer, [&](std::int64_t step) { return portraits.batch(step).images; }, device);
  if (!options.warm_start.empty()) warm_start(trainer, options.warm_start);
  TrainingFolder folder(state_folder(options.state, options.output, "generator"), course_of(asked));
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
        write_png(folder.files() / concat("samples_", step, ".png"),
                  contact_sheet(samples(0, kSheetImages), kSheetColumns,
                                concat(step * options.trainer.batch, " images")));
        std::map<std::string, double> values;
        if (interim)
          values = {{"frechet", interim->distance(samples)}, {"frechet_floor", interim->floor()}};
        return values;
      }};
  TrainGeneratorResult result;
  if (options.export_only) {
    if (!resume(trainable, folder))
      throw ConfigError(
          concat(folder.files().path().string(), ": holds no state of a training run to export"));
    result.finished = true;
  } else {
    result.finished = run_training(trainable, folder, options.loop, observer);
  }
  result.steps = trainer.steps();
  result.images = trainer.images();
  if (!result.finished) return result;
  TrainedPart part(options.output, "generator");
  const Judgement judgement = judged(options, classifier, samples, part.replaces(), result);
  write_generator(trainer, options, result, part.staging());
  result.model = part.enter(judgement);
  return result;
}

std::string plan(const TrainGeneratorOptions& options) {
  validate(options);
  device_of(options.device);
  require_replaceable(options.output, "generator", options.force);
  return concat("generator of ", image_size(options), " pixels, ",
                training_plan(state_folder(options.state, options.output, "generator"),
                              course_of(options), options.loop.steps, options.trainer.batch),
                "\nwould write ", options.output, "\n");
}

}  // namespace sgilo
