#include "sgilo/workflows/train_classifier.h"

#include "sgilo/models/model_folder.h"
#include "sgilo/training/portrait_classifier.h"
#include "sgilo/training/training_output.h"

namespace sgilo {

TrainClassifierResult train_classifier(const TrainClassifierOptions& options, Observer& observer) {
  validate(options);
  const auto folder = state_folder(options.state, options.output, "classifier");
  ClassifierTrainerOptions trainer_options = options.trainer;
  trainer_options.mirrored_regressions = mirrored_portrait_regressions();
  const PortraitPoolOptions pool{.seed = 0,
                                 .count = options.portraits,
                                 .batch = trainer_options.batch,
                                 .size = options.network.resolution,
                                 .flip = false};
  ClassifierTrainer trainer(with_portrait_heads(options.network), trainer_options,
                            labelled_portraits(pool));
  const Trainable trainable{"classifier",
                            trainer_options.batch,
                            [&] {
                              const StepReport report = trainer.step();
                              return std::map<std::string, double>(report.values.begin(),
                                                                   report.values.end());
                            },
                            [&] {
                              TrainingState state = trainer.state();
                              state.counters["step"] = static_cast<double>(trainer.steps_done());
                              return state;
                            },
                            [&](const TrainingState& state) { trainer.load_state(state); },
                            {}};
  TrainClassifierResult result;
  result.finished = run_training(
      trainable, folder, {.steps = trainer_options.steps, .save_minutes = options.save_minutes},
      observer);
  if (!result.finished) return result;
  PortraitPoolOptions held_out = pool;
  held_out.split = PortraitSplit::validation;
  held_out.count = options.validation_portraits;
  result.scores = evaluate_classifier(trainer.averaged(), labelled_portraits(held_out), 0,
                                      options.validation_portraits / pool.batch);
  Json facts = {{"options", to_json(trainer.averaged()->options())},
                {"steps", trainer_options.steps},
                {"batch", trainer_options.batch}};
  for (const auto& [name, value] : result.scores.accuracy) facts["accuracy"][name] = value;
  for (const auto& [name, value] : result.scores.r_squared) facts["r_squared"][name] = value;
  write_model_part(options.output, "classifier", state_of(*trainer.averaged()), facts, true);
  return result;
}

std::string plan(const TrainClassifierOptions& options) {
  validate(options);
  return concat("classifier of portraits, ",
                training_plan(state_folder(options.state, options.output, "classifier"),
                              options.trainer.steps, options.trainer.batch),
                "\nwould write ", options.output, "\n");
}

}  // namespace sgilo
