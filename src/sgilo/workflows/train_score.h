// Learns a layer's prior from inversions: a score network for layers 1, 2, ..., the closed-form
// style prior for layer 0. Scores trained on synthetic activations alone pull real images onto the
// generator's thin manifold, so inversions are mixed with synthetic activations plus the deviation
// of a random inversion.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/report/table.h"
#include "sgilo/training/score_trainer.h"
#include "sgilo/training/training_loop.h"
#include "sgilo/workflows/trained_part.h"

namespace sgilo {

struct TrainScoreOptions : CommonOptions {
  int layer = 2;
  std::string latents = "latents";
  std::string model = "model";
  ScoreTrainerOptions trainer;
  ScoreNetworkOptions network;
  InversionMixOptions mix;
  std::int64_t held_out = 0;
  double save_minutes = 3;
  std::int64_t evaluation_interval = 1000;
  std::string state;
  bool force = false;
  static constexpr auto fields() {
    using O = TrainScoreOptions;
    return std::tuple_cat(
        std::tuple{
            field("layer", &O::layer,
                  "layer whose prior is learnt; 0: the style prior, in closed form",
                  non_negative<int>),
            field("latents", &O::latents, "folder of 'sgilo invert'"),
            field("model", &O::model, "model folder whose layer is learnt, which takes the result"),
            field("trainer", &O::trainer, "optimisation"),
            field("network", &O::network, "the score network"),
            field("mix", &O::mix, "inversions and synthetic activations"),
            field("held_out", &O::held_out,
                  "inversions kept for validation (0: a tenth of them, at most 256)",
                  non_negative<std::int64_t>),
            field("save_minutes", &O::save_minutes, "minutes between two saves of the state",
                  positive<double>),
            field("evaluation_interval", &O::evaluation_interval, "steps between two validations",
                  positive<std::int64_t>),
            field("state", &O::state,
                  "folder of the run's state (empty: SGILO_STATE_DIR/score_<layer>, else "
                  "training/score_<layer> in the model)"),
            field("force", &O::force,
                  "replace the layer's prior by one at least as good on the held-out "
                  "inversions; the earlier model is kept beside")},
        common_fields());
  }
};

struct TrainScoreResult {
  bool finished = false;
  EnteredPart model;
  Table validation{
      {"std", "denoised",
       "undenoised"}};  // root mean squared error of x^_0 on held-out inversions per noise level
};

// Throws ConfigError, FormatError, NumericError.
TrainScoreResult train_score(const TrainScoreOptions& options, Observer& observer);

// What train_score() would do, in lines; throws where options or model are wrong.
std::string plan(const TrainScoreOptions& options);

}  // namespace sgilo
