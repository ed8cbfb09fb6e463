#include "sgilo/workflows/train_score.h"

#include <algorithm>

#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/core/escape.h"
#include "sgilo/core/idle_options.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/writable.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/models/model.h"
#include "sgilo/models/model_parts.h"
#include "sgilo/runs/run_folder.h"
#include "sgilo/training/training_output.h"
#include "sgilo/workflows/invert.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

const std::vector<double> kValidationStds{0.06, 0.12, 0.25, 0.5, 0.8};
constexpr std::int64_t kMostHeldOut = 256;

std::string part_of(const TrainScoreOptions& options) {
  return options.layer == 0 ? "style_prior" : concat("score_", options.layer);
}

// Activations of random inputs with style mixing, in the generator's own units.
ScoreBatches synthetic_activations(const Model& model, int layer, std::int64_t batch,
                                   const RandomStreams& streams) {
  return [&generator = stylegan2_of(model), layer, batch, streams](std::int64_t index) {
    std::vector<RandomStreams> rows;
    for (std::int64_t i = 0; i < batch; ++i)
      rows.push_back(streams.child("batch", static_cast<std::uint64_t>(index))
                         .child(static_cast<std::uint64_t>(i)));
    const ChannelCoordinates& c = generator.coordinates().layers.at(layer);
    const Tensor v = generator.draw_mixed(layer, rows).at(Role::layer);
    return ScoreBatch{v * c.scale.view({1, -1, 1, 1}) + c.mean.view({1, -1, 1, 1}), {}};
  };
}

void check(const TrainScoreOptions& options) {
  validate(options);
  if (options.network.network.condition_size != 0)
    throw ConfigError(
        concat("network.network.condition_size must be 0, as inversions have no "
               "condition, but is ",
               options.network.network.condition_size));
  if (options.layer == 0)
    refuse_idle(options, {"trainer", "network", "mix", "held_out", "state"},
                "with layer 0, whose prior is fitted in closed form");
}

Model checked_model(const TrainScoreOptions& options) {
  check(options);
  GeneratorRunOptions run;
  static_cast<CommonOptions&>(run) = options;
  Model model = load_model({options.model}, run);
  require_writable_folder(model.place);
  stylegan2_of(model);
  if (options.layer > model.generator->layers())
    throw ConfigError(concat("layer must be at most ", model.generator->layers(), " for ",
                             model.generator->describe(), ", but is ", options.layer));
  require_replaceable(model.place, part_of(options), options.force);
  return model;
}

// What the inversions are of, as 'sgilo invert' says beside them.
void require_same_generator(const fs::path& folder, const Model& model) {
  const fs::path config = folder / "config.json";
  if (!fs::exists(config)) return;
  const Json json = read_json_file(config);
  const Json generator = json.is_object() ? json.value("generator", Json()) : Json();
  if (generator != model.generator_hash)
    throw ConfigError(
        concat(folder.string(), ": its inversions are of another generator (SHA-256 ",
               escaped(generator.is_string() ? generator.get<std::string>().substr(0, 12) : "none"),
               "..., of the model ", model.generator_hash.substr(0, 12),
               "...); invert with this model first"));
}

void require_latents(const Tensor& tensor, const char* what, const fs::path& folder,
                     const Shape& shape) {
  try {
    require_shape(what, tensor, shape);
    require_finite(what, tensor);
  } catch (const Error& error) {
    throw format_error(folder, error.what());
  }
}

Latents checked_latents(const TrainScoreOptions& options, const Model& model) {
  require_kind(options.latents, "latents are a folder that 'sgilo invert' makes",
               {FileKind::folder});
  Latents latents = read_latents(options.latents, options.layer);
  require_same_generator(options.latents, model);
  const std::int64_t count = latents.styles.size(0);
  const auto& synthesis = stylegan2_of(model).network()->synthesis->options;
  require_latents(latents.styles, "styles", options.latents,
                  {count, synthesis.style_rows(), synthesis.w_dim});
  if (options.layer == 0) return latents;
  Shape shape = layer_shape(model, options.layer);
  shape.insert(shape.begin(), count);
  require_latents(latents.features, "features", options.latents, shape);
  require_latents(latents.deviations, "deviations", options.latents, shape);
  return latents;
}

std::int64_t held_out_of(const TrainScoreOptions& options, std::int64_t count) {
  if (count < 2)
    throw ConfigError(concat(options.latents,
                             ": must hold at least 2 inversions, one to learn "
                             "from and one held out, but holds ",
                             count));
  if (options.held_out == 0) return std::clamp<std::int64_t>(count / 10, 1, kMostHeldOut);
  if (options.held_out >= count)
    throw ConfigError(concat("held_out must be less than the ", count, " inversions of ",
                             options.latents, ", but is ", options.held_out));
  return options.held_out;
}

// What the training depends on besides its state (training_folder.h).
Json course_of(const TrainScoreOptions& options, const Model& model, const Latents& latents) {
  Json trainer = to_json(options.trainer);
  trainer.erase("steps");
  return {{"training", part_of(options)},
          {"seed", options.seed},
          {"trainer", trainer},
          {"network", to_json(options.network)},
          {"mix", to_json(options.mix)},
          {"held_out", held_out_of(options, latents.features.size(0))},
          {"generator", model.generator_hash},
          {"latents",
           content_hash({{"features", latents.features}, {"deviations", latents.deviations}})}};
}

// Layer 0: V and tau from the rows of the inversions, nothing to optimise.
TrainScoreResult fit_style_prior(const Model& model, const Latents& latents) {
  const StylePrior prior = StylePrior::fitted(latents.styles);
  TrainedPart part(model.place, "style_prior");
  write_model_part(part.staging(), "style_prior", prior.state(),
                   {{"origin", concat("fitted to ", latents.styles.size(0), " inversions")},
                    {"mean_deviation", prior.mean_deviation()},
                    {"generator", model.generator_hash}},
                   false);
  TrainScoreResult result;
  result.finished = true;
  result.model = part.enter({.problem = "a fit in closed form has no number of its own"});
  return result;
}

double mean_error(const std::vector<LevelError>& levels) {
  double sum = 0;
  for (const LevelError& level : levels) sum += level.denoised;
  return sum / static_cast<double>(levels.size());
}

// The held-out errors of the new prior and of the one that the model has, each in its own
// standardised coordinates.
Judgement judged(const TrainScoreOptions& options, const Model& model, const Tensor& held_out,
                 const std::vector<LevelError>& fresh) {
  Judgement out{.measure = "mean error on held-out inversions", .fresh = mean_error(fresh)};
  if (!model.priors.has(options.layer, Role::layer)) {
    out.problem = "the earlier prior cannot be read";
    return out;
  }
  const torch::NoGradGuard no_grad;
  const Prior& prior = model.priors.at(options.layer, Role::layer);
  const ChannelCoordinates& c = stylegan2_of(model).coordinates().layers.at(options.layer);
  const Tensor clean = (held_out - c.mean.view({1, -1, 1, 1})) / c.scale.view({1, -1, 1, 1});
  out.earlier = mean_error(denoising_errors(prior.score, prior.sde, clean, kValidationStds,
                                            validation_rows(clean.size(0))));
  return out;
}

// The inversions on the device, those to learn from and those held out.
struct SplitInversions {
  Tensor features, deviations;
  ScoreBatch held_out;
};

SplitInversions split_inversions(const TrainScoreOptions& options, const Latents& latents) {
  const torch::Device device = device_of(options.device);
  const std::int64_t count = latents.features.size(0), held_out = held_out_of(options, count),
                     learnt = count - held_out;
  return {latents.features.narrow(0, 0, learnt).to(device),
          latents.deviations.narrow(0, 0, learnt).to(device),
          {latents.features.narrow(0, learnt, held_out).to(device), {}}};
}

ScoreTrainer trainer_of(const TrainScoreOptions& options, const Model& model,
                        const SplitInversions& inversions) {
  ScoreTrainerOptions trainer_options = options.trainer;
  trainer_options.seed = options.seed;
  const RandomStreams streams =
      RandomStreams(static_cast<std::uint64_t>(options.seed)).child("data");
  const ScoreBatches batches = mix_inversions(
      synthetic_activations(model, options.layer, options.trainer.batch,
                            streams.child("synthetic")),
      {inversions.features, inversions.deviations, {}}, options.mix, streams.child("mix"));
  return ScoreTrainer(layer_shape(model, options.layer), options.network,
                      channel_statistics(inversions.features), trainer_options, batches,
                      device_of(options.device));
}

Trainable trainable_of(const TrainScoreOptions& options, ScoreTrainer& trainer,
                       const ScoreBatch& held_out) {
  return {part_of(options),
          options.trainer.batch,
          [&] {
            const StepReport report = trainer.step();
            return std::map<std::string, double>(report.values.begin(), report.values.end());
          },
          [&] { return trainer.state(); },
          [&](const TrainingState& state) { trainer.load_state(state); },
          [&](std::int64_t) {
            std::map<std::string, double> values;
            for (const LevelError& level : trainer.validate(held_out, kValidationStds))
              values[concat("error_at_", level.std)] = level.denoised;
            return values;
          }};
}

// Enters the levels into the result's table; returns them as facts of the part.
Json enter_validation(const std::vector<LevelError>& levels, TrainScoreResult& result) {
  Json facts = Json::array();
  for (const LevelError& level : levels) {
    result.validation.add_row(
        {number_text(level.std), number_text(level.denoised, 4), number_text(level.undenoised, 4)});
    facts.push_back(
        {{"std", level.std}, {"denoised", level.denoised}, {"undenoised", level.undenoised}});
  }
  return facts;
}

}  // namespace

TrainScoreResult train_score(const TrainScoreOptions& options, Observer& observer) {
  const Model model = checked_model(options);
  const Latents latents = checked_latents(options, model);
  if (options.layer == 0) return fit_style_prior(model, latents);

  const SplitInversions inversions = split_inversions(options, latents);
  ScoreTrainer trainer = trainer_of(options, model, inversions);
  const std::string name = part_of(options);
  TrainingFolder folder(state_folder(options.state, model.place, name),
                        course_of(options, model, latents));
  TrainScoreResult result;
  result.finished = run_training(trainable_of(options, trainer, inversions.held_out), folder,
                                 {.steps = options.trainer.steps,
                                  .save_minutes = options.save_minutes,
                                  .evaluation_interval = options.evaluation_interval},
                                 observer);
  if (!result.finished) return result;
  const std::vector<LevelError> levels = trainer.validate(inversions.held_out, kValidationStds);
  const Json validation = enter_validation(levels, result);
  folder.files().write("validation.csv", result.validation.csv());
  TrainedPart part(model.place, name);
  write_model_part(part.staging(), name, state_of(*trainer.averaged()),
                   {{"options", to_json(options.network)},
                    {"generator", model.generator_hash},
                    {"seed", options.seed},
                    {"inversions", inversions.features.size(0)},
                    {"examples", trainer.steps_done() * options.trainer.batch},
                    {"validation", validation}},
                   true);
  result.model = part.enter(judged(options, model, inversions.held_out.features, levels));
  return result;
}

std::string plan(const TrainScoreOptions& options) {
  const Model model = checked_model(options);
  const Latents latents = checked_latents(options, model);
  const std::int64_t count = latents.styles.size(0);
  if (options.layer == 0)
    return concat("style prior of ", count, " inversions, in closed form\nwould write ",
                  model.place, "\n");
  const Json course = course_of(options, model, latents);
  return concat("score of layer ", options.layer, " from ", count - held_out_of(options, count),
                " inversions, ",
                training_plan(state_folder(options.state, model.place, part_of(options)), course,
                              options.trainer.steps, options.trainer.batch),
                "\nwould write ", model.place, "\n");
}

}  // namespace sgilo
