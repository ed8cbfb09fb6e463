// Trains the attribute classifier of portraits and enters it into a model folder.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/training/classifier_trainer.h"
#include "sgilo/training/training_loop.h"
#include "sgilo/workflows/trained_part.h"

namespace sgilo {

struct TrainClassifierOptions : CommonOptions {
  ClassifierTrainerOptions trainer;
  FeatureClassifierOptions network;
  double save_minutes = 3;
  std::int64_t portraits = 50000;
  std::int64_t validation_portraits = 2048;
  std::string state;
  std::string output = "model";
  bool force = false;
  static constexpr auto fields() {
    using O = TrainClassifierOptions;
    return std::tuple_cat(
        std::tuple{field("trainer", &O::trainer, "optimisation and augmentation"),
                   field("network", &O::network, "the classifier"),
                   field("save_minutes", &O::save_minutes, "minutes between two saves of the state",
                         positive<double>),
                   field("portraits", &O::portraits, "training portraits", positive<std::int64_t>),
                   field("validation_portraits", &O::validation_portraits,
                         "held-out portraits of the scores", positive<std::int64_t>),
                   field("state", &O::state,
                         "folder of the run's state (empty: SGILO_STATE_DIR/classifier, else "
                         "training/classifier in the output)"),
                   field("output", &O::output, "model folder that takes the result"),
                   field("force", &O::force,
                         "replace the folder's classifier by one at least as good by its mean "
                         "accuracy; the earlier model is kept beside")},
        common_fields());
  }
};

struct TrainClassifierResult {
  bool finished = false;  // false: the observer asked to stop; the state is saved
  ClassifierScores scores;
  EnteredPart model;
};

TrainClassifierResult train_classifier(const TrainClassifierOptions& options, Observer& observer);

// What train_classifier() would do, in lines; throws where options or model are wrong.
std::string plan(const TrainClassifierOptions& options);

}  // namespace sgilo
