// Trains the attribute classifier: cross entropy of the categorical attributes plus squared error
// of the standardised ones, Adam with a cosine schedule (Kingma and Ba 2015, Loshchilov and Hutter
// 2017), an exponential moving average of the weights. Images are mirrored, tinted, partly erased,
// blurred and made noisy; the network also regresses how much blur and noise was added, so that its
// features notice degradations while its answers survive them.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sgilo/core/observer.h"
#include "sgilo/core/options.h"
#include "sgilo/metrics/feature_classifier.h"
#include "sgilo/training/training_state.h"

namespace sgilo {

struct ClassifierBatch {
  Tensor images;       // [N, 3, S, S] in [-1, 1]
  Tensor classes;      // [N, class heads] int64
  Tensor regressions;  // [N, regressions], standardised
};
using ClassifierBatches = std::function<ClassifierBatch(std::int64_t index)>;

struct ClassifierTrainerOptions {
  std::int64_t steps = 4000;
  int batch = 64;  // for the maker of the batch source
  double learning_rate = 2e-3;
  std::int64_t warmup_steps = 100;
  double average_half_life = 100;
  double regression_weight = 1;
  std::vector<std::string> mirrored_regressions;  // change sign when the image is mirrored
  double colour_std = 0.05;
  double erased_fraction = 0.2;
  double largest_blur = 2;
  double largest_noise = 0.15;
  bool bfloat16 = false;
  std::int64_t seed = 1;  // of the first weights and the augmentation; the command's own --seed
  static constexpr auto fields() {
    using Self = ClassifierTrainerOptions;
    return std::tuple{
        field("steps", &Self::steps, "training steps", positive<std::int64_t>),
        field("batch", &Self::batch, "images per step", positive<int>),
        field("learning_rate", &Self::learning_rate, "of Adam, before the cosine decay",
              positive<double>),
        field("warmup_steps", &Self::warmup_steps, "steps of linear increase of the rate",
              non_negative<std::int64_t>),
        field("average_half_life", &Self::average_half_life,
              "half life of the average of the weights, in steps", positive<double>),
        field("regression_weight", &Self::regression_weight,
              "weight of the squared error beside the cross entropy", non_negative<double>),
        field("colour_std", &Self::colour_std, "std of the random gain and offset of each channel",
              non_negative<double>),
        field("erased_fraction", &Self::erased_fraction, "fraction of images that lose a rectangle",
              fraction<double>),
        field("largest_blur", &Self::largest_blur, "largest std of the Gaussian blur, in pixels",
              positive<double>),
        field("largest_noise", &Self::largest_noise, "largest std of the added noise",
              positive<double>),
        field("bfloat16", &Self::bfloat16, "convolutions in bfloat16")};
  }
};

class ClassifierTrainer {
 public:
  // `network` names the attributes of the batches, in their order; the networks have two further
  // regressions, "blur" and "noise". Throws ConfigError for options out of range and for a mirrored
  // regression that `network` does not name.
  ClassifierTrainer(FeatureClassifierOptions network, const ClassifierTrainerOptions& options,
                    ClassifierBatches batches);

  // Takes batch number steps_done(). Throws ConfigError for a batch of another shape, NumericError
  // when the loss is not finite.
  StepReport step();
  bool finished() const { return steps_done_ >= options_.steps; }
  std::int64_t steps_done() const { return steps_done_; }

  const FeatureClassifier& classifier() const { return classifier_; }
  const FeatureClassifier& averaged() const { return averaged_; }  // the one to ship

  // Everything that later steps depend on: a loaded trainer continues bit for bit. load_state
  // throws FormatError for a state of another network.
  TrainingState state() const;
  void load_state(const TrainingState& state);

 private:
  double learning_rate() const;

  ClassifierTrainerOptions options_;
  ClassifierBatches batches_;
  RandomStreams streams_;
  FeatureClassifier classifier_, averaged_;
  torch::optim::Adam optimizer_;
  Tensor mirror_signs_;  // [regressions of the batches], -1 where mirroring negates
  std::int64_t steps_done_ = 0;
};

struct ClassifierScores {
  std::vector<std::pair<std::string, double>> accuracy;   // per class head, in [0, 1]
  std::vector<std::pair<std::string, double>> r_squared;  // per regression of the batches
};

// Over batches first .. first + count - 1 without augmentation.
ClassifierScores evaluate_classifier(FeatureClassifier classifier, const ClassifierBatches& batches,
                                     std::int64_t first, std::int64_t count);

}  // namespace sgilo
