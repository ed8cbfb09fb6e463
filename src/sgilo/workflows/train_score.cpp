#include "sgilo/workflows/train_score.h"

#include "sgilo/core/error.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/models/model_folder.h"
#include "sgilo/training/training_output.h"
#include "sgilo/workflows/invert.h"

namespace sgilo {
namespace {

const std::vector<double> kValidationStds{0.06, 0.12, 0.25, 0.5, 0.8};

// Layer 0: V and tau from the rows of the inversions, nothing to optimise.
TrainScoreResult fit_style_prior(const TrainScoreOptions& options, const Model& model,
                                 const Latents& latents) {
  const StylePrior prior = StylePrior::fitted(latents.styles);
  write_model_part(options.model, "style_prior", prior.state(),
                   {{"origin", concat("fitted to ", latents.styles.size(0), " inversions")},
                    {"mean_deviation", prior.mean_deviation()},
                    {"generator", model.generator_hash}},
                   false);
  TrainScoreResult result;
  result.finished = true;
  return result;
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

Model checked_model(const TrainScoreOptions& options) {
  validate(options);
  GeneratorRunOptions run;
  static_cast<CommonOptions&>(run) = options;
  Model model = load_model({options.model}, run);
  if (options.layer > model.generator->layers())
    throw ConfigError(concat("layer must be at most ", model.generator->layers(), " for ",
                             model.generator->describe(), ", but is ", options.layer));
  return model;
}

Latents checked_latents(const TrainScoreOptions& options) {
  Latents latents = read_latents(options.latents, options.layer);
  if (options.layer > 0 && options.held_out >= latents.styles.size(0))
    throw ConfigError(concat("held_out must be less than the ", latents.styles.size(0),
                             " inversions of ", options.latents, ", but is ", options.held_out));
  return latents;
}

}  // namespace

TrainScoreResult train_score(const TrainScoreOptions& options, Observer& observer) {
  const Model model = checked_model(options);
  const Latents latents = checked_latents(options);
  if (options.layer == 0) return fit_style_prior(options, model, latents);

  const torch::Device device = device_of(options.device);
  const std::int64_t learnt = latents.features.size(0) - options.held_out;
  const Tensor features = latents.features.narrow(0, 0, learnt).to(device);
  const RandomStreams streams =
      RandomStreams(static_cast<std::uint64_t>(options.trainer.seed)).child("data");
  const ScoreBatches batches =
      mix_inversions(synthetic_activations(model, options.layer, options.trainer.batch,
                                           streams.child("synthetic")),
                     {features, latents.deviations.narrow(0, 0, learnt).to(device), {}},
                     options.mix, streams.child("mix"));
  ScoreTrainer trainer(layer_shape(model, options.layer), options.network,
                       channel_statistics(features), options.trainer, batches, device);
  const ScoreBatch held_out{latents.features.narrow(0, learnt, options.held_out).to(device), {}};
  const std::string part = concat("score_", options.layer);
  const auto folder = state_folder(options.state, options.model, part);
  const Trainable trainable{
      part,
      options.trainer.batch,
      [&] {
        const StepReport report = trainer.step();
        return std::map<std::string, double>(report.values.begin(), report.values.end());
      },
      [&] {
        TrainingState state = trainer.state();
        state.counters["step"] = static_cast<double>(trainer.steps_done());
        return state;
      },
      [&](const TrainingState& state) { trainer.load_state(state); },
      [&](std::int64_t) {
        std::map<std::string, double> values;
        for (const LevelError& level : trainer.validate(held_out, kValidationStds))
          values[concat("error_at_", level.std)] = level.denoised;
        return values;
      }};
  TrainScoreResult result;
  result.finished = run_training(trainable, folder,
                                 {.steps = options.trainer.steps,
                                  .save_minutes = options.save_minutes,
                                  .evaluation_interval = options.evaluation_interval},
                                 observer);
  if (!result.finished) return result;
  Json validation = Json::array();
  for (const LevelError& level : trainer.validate(held_out, kValidationStds)) {
    result.validation.add_row(
        {number_text(level.std), number_text(level.denoised, 4), number_text(level.undenoised, 4)});
    validation.push_back(
        {{"std", level.std}, {"denoised", level.denoised}, {"undenoised", level.undenoised}});
  }
  write_file_atomically(folder / "validation.csv", result.validation.csv());
  write_model_part(options.model, part, state_of(*trainer.averaged()),
                   {{"options", to_json(options.network)},
                    {"generator", model.generator_hash},
                    {"inversions", learnt},
                    {"examples", trainer.examples()},
                    {"validation", validation}},
                   true);
  return result;
}

std::string plan(const TrainScoreOptions& options) {
  const Model model = checked_model(options);
  const std::int64_t count = checked_latents(options).styles.size(0);
  if (options.layer == 0)
    return concat("style prior of ", count, " inversions, in closed form\nwould write ",
                  options.model, "\n");
  const std::string part = concat("score_", options.layer);
  return concat("score of layer ", options.layer, " from ", count - options.held_out,
                " inversions, ",
                training_plan(state_folder(options.state, options.model, part),
                              options.trainer.steps, options.trainer.batch),
                "\nwould write ", options.model, "\n");
}

}  // namespace sgilo
