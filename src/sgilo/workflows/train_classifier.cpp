#include "sgilo/workflows/train_classifier.h"

#include "sgilo/core/error.h"
#include "sgilo/models/model_folder.h"
#include "sgilo/models/model_parts.h"
#include "sgilo/training/portrait_classifier.h"
#include "sgilo/training/training_output.h"

namespace sgilo {
namespace {

void check(const TrainClassifierOptions& options) {
  validate(options);
  const FeatureClassifierOptions& network = options.network;
  if (!network.class_heads.empty() || !network.class_counts.empty() || !network.regressions.empty())
    throw ConfigError(
        "network.class_heads, class_counts and regressions are those of the portraits and cannot "
        "be chosen");
  if (options.validation_portraits < options.trainer.batch)
    throw ConfigError(concat("validation_portraits must be at least trainer.batch (",
                             options.trainer.batch, "), but is ", options.validation_portraits));
  require_replaceable(options.output, "classifier", options.force);
}

// What the training depends on besides its state (training_folder.h). The steps are in: the rate
// falls with them.
Json course_of(const TrainClassifierOptions& options) {
  return {{"training", "classifier"},
          {"seed", options.seed},
          {"trainer", to_json(options.trainer)},
          {"network", to_json(options.network)},
          {"portraits", options.portraits}};
}

double mean_accuracy(const ClassifierScores& scores) {
  double sum = 0;
  for (const auto& [name, value] : scores.accuracy) sum += value;
  return sum / static_cast<double>(scores.accuracy.size());
}

ClassifierScores scores_of(const FeatureClassifier& classifier, PortraitPoolOptions pool,
                           std::int64_t portraits) {
  pool.split = PortraitSplit::validation;
  pool.count = portraits;
  pool.order = 0;
  pool.size = classifier->options().resolution;
  return evaluate_classifier(classifier, labelled_portraits(pool), 0, portraits / pool.batch);
}

Judgement judged(const TrainClassifierOptions& options, const ClassifierScores& scores,
                 const PortraitPoolOptions& pool, bool replaces) {
  Judgement out{
      .measure = "mean accuracy", .fresh = mean_accuracy(scores), .lower_is_better = false};
  if (!replaces) return out;
  try {
    out.earlier = mean_accuracy(
        scores_of(load_classifier(options.output), pool, options.validation_portraits));
  } catch (const Error& error) {
    out.problem = error.what();
  }
  return out;
}

}  // namespace

TrainClassifierResult train_classifier(const TrainClassifierOptions& options, Observer& observer) {
  check(options);
  ClassifierTrainerOptions trainer_options = options.trainer;
  trainer_options.seed = options.seed;
  trainer_options.mirrored_regressions = mirrored_portrait_regressions();
  const PortraitPoolOptions pool{.seed = 0,
                                 .count = options.portraits,
                                 .batch = trainer_options.batch,
                                 .size = options.network.resolution,
                                 .flip = false,
                                 .order = static_cast<std::uint64_t>(options.seed)};
  ClassifierTrainer trainer(with_portrait_heads(options.network), trainer_options,
                            labelled_portraits(pool));
  TrainingFolder folder(state_folder(options.state, options.output, "classifier"),
                        course_of(options));
  const Trainable trainable{"classifier",
                            trainer_options.batch,
                            [&] {
                              const StepReport report = trainer.step();
                              return std::map<std::string, double>(report.values.begin(),
                                                                   report.values.end());
                            },
                            [&] { return trainer.state(); },
                            [&](const TrainingState& state) { trainer.load_state(state); },
                            {}};
  TrainClassifierResult result;
  result.finished = run_training(
      trainable, folder, {.steps = trainer_options.steps, .save_minutes = options.save_minutes},
      observer);
  if (!result.finished) return result;
  result.scores = scores_of(trainer.averaged(), pool, options.validation_portraits);
  Json facts = {{"options", to_json(trainer.averaged()->options())},
                {"steps", trainer_options.steps},
                {"batch", trainer_options.batch},
                {"seed", options.seed}};
  for (const auto& [name, value] : result.scores.accuracy) facts["accuracy"][name] = value;
  for (const auto& [name, value] : result.scores.r_squared) facts["r_squared"][name] = value;
  TrainedPart part(options.output, "classifier");
  write_model_part(part.staging(), "classifier", state_of(*trainer.averaged()), facts, true);
  result.model = part.enter(judged(options, result.scores, pool, part.replaces()));
  return result;
}

std::string plan(const TrainClassifierOptions& options) {
  check(options);
  return concat("classifier of portraits, ",
                training_plan(state_folder(options.state, options.output, "classifier"),
                              course_of(options), options.trainer.steps, options.trainer.batch),
                "\nwould write ", options.output, "\n");
}

}  // namespace sgilo
