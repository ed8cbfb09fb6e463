// Training of a score network by denoising score matching: Adam with a linear warm-up, clipped
// gradients, an exponential moving average of the weights. A state and a step; no files.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sgilo/core/observer.h"
#include "sgilo/core/options.h"
#include "sgilo/score/denoising_loss.h"
#include "sgilo/training/training_state.h"

namespace sgilo {

struct ScoreBatch {
  Tensor features;   // [N, C, H, W], in the generator's own units
  Tensor condition;  // [N, K], or undefined
};
// Batch number `index`; the same number gives the same batch, so that a resumed run goes on as if
// it had not stopped.
using ScoreBatches = std::function<ScoreBatch(std::int64_t index)>;

struct ScoreTrainerOptions {
  std::int64_t steps = 20000;
  std::int64_t batch = 64;  // for the maker of the batch source
  double learning_rate = 1e-3;
  std::int64_t warmup_steps = 200;
  double beta2 = 0.99;
  double gradient_clip = 1;
  double average_half_life = 500;
  double condition_dropout = 0.1;  // share of batches trained without their condition, if any
  bool bfloat16 = false;
  NoiseLevelOptions noise_levels;
  std::int64_t seed = 1;  // of the first weights and the noise; the command's own --seed
  static constexpr auto fields() {
    using O = ScoreTrainerOptions;
    return std::tuple{
        field("steps", &O::steps, "training steps", positive<std::int64_t>),
        field("batch", &O::batch, "examples per step", positive<std::int64_t>),
        field("learning_rate", &O::learning_rate, "of Adam, after the warm-up", positive<double>),
        field("warmup_steps", &O::warmup_steps, "steps of linear increase of the rate",
              non_negative<std::int64_t>),
        field("beta2", &O::beta2, "Adam's decay of squared gradients", fraction<double>),
        field("gradient_clip", &O::gradient_clip, "largest norm of the gradient", positive<double>),
        field("average_half_life", &O::average_half_life,
              "half life of the average of the weights, in steps", positive<double>),
        field("bfloat16", &O::bfloat16, "matrix products in bfloat16"),
        field("noise_levels", &O::noise_levels, "law of the noise levels")};
  }
};

// The noise under which priors are compared on the same held-out rows.
std::vector<RandomStreams> validation_rows(std::int64_t count);

class ScoreTrainer {
 public:
  // A network of maps [C, H, W]; its channel statistics are those of `statistics` (see
  // channel_statistics). Throws ConfigError for options out of range.
  ScoreTrainer(const Shape& shape, const ScoreNetworkOptions& network,
               const ChannelStatistics& statistics, const ScoreTrainerOptions& options,
               ScoreBatches batches, torch::Device device = torch::kCPU);

  // Takes batch number steps_done(). Throws NumericError when the loss is not finite.
  StepReport step();
  bool finished() const { return steps_done_ >= options_.steps; }
  std::int64_t steps_done() const { return steps_done_; }

  ScoreNetwork& network() { return network_; }
  ScoreNetwork& averaged() { return averaged_; }  // the one to ship
  // Errors of the averaged network on held-out features, in standardised coordinates.
  std::vector<LevelError> validate(const ScoreBatch& batch, const std::vector<double>& stds);

  // Everything that later steps depend on: a loaded trainer continues bit for bit. load_state
  // throws FormatError for a state of another network.
  TrainingState state() const;
  void load_state(const TrainingState& state);

 private:
  ScoreTrainerOptions options_;
  ScoreBatches batches_;
  torch::Device device_;
  RandomStreams streams_;
  ScoreNetwork network_, averaged_;
  torch::optim::Adam optimizer_;
  std::int64_t steps_done_ = 0;
};

// Activations found by inverting training images: what the layer holds, and how far it lies from
// what its own styles would give.
struct Inversions {
  Tensor features;    // [M, C, H, W]
  Tensor deviations;  // [M, C, H, W]
  Tensor condition;   // [M, K], or undefined
};

struct InversionMixOptions {
  double inversion_fraction = 0.5;
  double deviation_scale = 1;
  static constexpr auto fields() {
    using O = InversionMixOptions;
    return std::tuple{field("inversion_fraction", &O::inversion_fraction,
                            "share of rows that are inversions", fraction<double>),
                      field("deviation_scale", &O::deviation_scale,
                            "factor of the inversion's deviation that is added to the other rows",
                            non_negative<double>)};
  }
};

// Batches of `synthetic` whose rows are either replaced by a random inversion, or have the
// deviation of a random inversion added:
// a prior learnt on synthetic activations alone pulls real images off.
ScoreBatches mix_inversions(ScoreBatches synthetic, Inversions inversions,
                            const InversionMixOptions& options, const RandomStreams& streams);

}  // namespace sgilo
