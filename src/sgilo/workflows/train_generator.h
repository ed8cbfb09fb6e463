// Trains a generator of portraits and enters it into a model folder: weights, coordinates, a first
// style prior, contact sheet, Frechet distances.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/training/adversarial_trainer.h"
#include "sgilo/training/training_loop.h"
#include "sgilo/workflows/trained_part.h"

namespace sgilo {

struct TrainGeneratorOptions : CommonOptions {
  AdversarialOptions trainer;
  TrainingLoopOptions loop;
  std::int64_t portraits = 100000;
  std::string state;
  std::string warm_start;
  std::string output = "model";
  bool force = false;
  std::int64_t frechet_images = 10000;
  std::int64_t interim_frechet_images = 2000;
  bool export_only = false;
  static constexpr auto fields() {
    using O = TrainGeneratorOptions;
    return std::tuple_cat(
        std::tuple{field("trainer", &O::trainer, "networks and optimisation"),
                   field("loop", &O::loop, "steps, saves, log"),
                   field("portraits", &O::portraits,
                         "training portraits, rendered once each and kept in memory",
                         positive<std::int64_t>),
                   field("state", &O::state,
                         "folder of the run's state (empty: SGILO_STATE_DIR/generator, else "
                         "training/generator in the output)"),
                   field("warm_start", &O::warm_start,
                         "what a new run starts from: a model folder, or the state folder of "
                         "another training, also of an older version"),
                   field("output", &O::output, "model folder that takes the result"),
                   field("force", &O::force,
                         "replace the folder's generator by one at least as good by its Frechet "
                         "distance; the earlier model is kept beside"),
                   field("frechet_images", &O::frechet_images,
                         "images of the final Frechet distance (needs the folder's classifier)",
                         positive<std::int64_t>),
                   field("interim_frechet_images", &O::interim_frechet_images,
                         "images of the Frechet distances while training", positive<std::int64_t>),
                   field("export_only", &O::export_only,
                         "train no further, write the model from the state")},
        common_fields());
  }
};

struct TrainGeneratorResult {
  bool finished = false;  // false: the observer asked to stop; the state is saved, nothing exported
  std::int64_t steps = 0;
  std::int64_t images = 0;
  double frechet = -1, floor = -1, ruler = -1;  // -1 without a classifier
  EnteredPart model;
};

// Throws ConfigError, FormatError, NumericError.
TrainGeneratorResult train_generator(const TrainGeneratorOptions& options, Observer& observer);

// What train_generator() would do, in lines; throws where options or model are wrong.
std::string plan(const TrainGeneratorOptions& options);

}  // namespace sgilo
