#include "sgilo/training/classifier_trainer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"
#include "sgilo/training/adam_state.h"
#include "sgilo/training/ema.h"

namespace sgilo {
namespace {

// Half of the images are degraded, by an amount uniform in (0, 1) of the largest: mean 1/4,
// variance 1/6 - 1/16.
constexpr double kDegradedFraction = 0.5;
const double kAmountStd = std::sqrt(5.0 / 48);

FeatureClassifierOptions with_degradations(FeatureClassifierOptions network) {
  network.regressions.insert(network.regressions.end(), {"blur", "noise"});
  return network;
}

// [N, 1, 1, 1], uniform in [low, high).
Tensor per_image(const RandomStreams& streams, std::int64_t images, double low = 0,
                 double high = 1) {
  return low + (high - low) * streams.uniform({images, 1, 1, 1});
}

Tensor amounts(const RandomStreams& streams, std::int64_t images) {
  return per_image(streams.child("amount"), images) *
         (per_image(streams.child("chosen"), images) < kDegradedFraction);
}

Tensor tinted(const Tensor& images, double std, const RandomStreams& streams) {
  const Shape shape{images.size(0), 3, 1, 1};
  return images * (1 + std * streams.child("gain").normal(shape)) +
         std * streams.child("offset").normal(shape);
}

// A rectangle of 10 to 40 % of either side becomes one colour.
Tensor erased(const Tensor& images, double fraction, const RandomStreams& streams) {
  const std::int64_t count = images.size(0);
  const auto inside = [&](std::string_view name, std::int64_t size) {
    const RandomStreams side = streams.child(name);
    const Tensor length = per_image(side.child("length"), count, 0.1, 0.4);
    const Tensor start = per_image(side.child("start"), count) * (1 - length);
    const Tensor position = (torch::arange(size) + 0.5) / static_cast<double>(size);
    return (position >= start).logical_and(position < start + length);  // [N, 1, 1, size]
  };
  const Tensor chosen = per_image(streams.child("chosen"), count) < fraction;
  const Tensor rows = inside("rows", images.size(2)).transpose(2, 3);
  const Tensor hole = chosen.logical_and(rows).logical_and(inside("columns", images.size(3)));
  return torch::where(hole, 2 * streams.child("colour").uniform({count, 3, 1, 1}) - 1, images);
}

// Gaussian blur with one std per image, in pixels, [N, 1, 1, 1]; the edges are replicated.
Tensor blurred(const Tensor& images, const Tensor& std, double largest_std) {
  const std::int64_t count = images.size(0), radius = std::lround(std::ceil(2.5 * largest_std));
  const Tensor offset = torch::arange(-radius, radius + 1).to(torch::kFloat32);
  Tensor weights = torch::exp(-0.5 * (offset / std.clamp_min(0.05)).pow(2));
  weights = (weights / weights.sum(3, /*keepdim=*/true)).repeat_interleave(3, 0);
  const Tensor planes =
      torch::replication_pad2d(images.reshape({1, 3 * count, images.size(2), images.size(3)}),
                               {radius, radius, radius, radius});
  const auto each_alone = [&](const Tensor& x, const Tensor& w) {
    return at::conv2d(x, w, /*bias=*/Tensor(), at::IntArrayRef{1, 1}, at::IntArrayRef{0, 0},
                      at::IntArrayRef{1, 1}, 3 * count);
  };
  return each_alone(each_alone(planes, weights), weights.transpose(2, 3)).view(images.sizes());
}

ClassifierBatch augmented(const ClassifierBatch& batch, const ClassifierTrainerOptions& options,
                          const Tensor& mirror_signs, const RandomStreams& streams) {
  const std::int64_t count = batch.images.size(0);
  const Tensor mirrored = per_image(streams.child("mirror"), count) < 0.5;
  const Tensor blur = amounts(streams.child("blur"), count);
  const Tensor noise = amounts(streams.child("noise"), count);
  Tensor x = torch::where(mirrored, batch.images.flip(3), batch.images);
  x = tinted(x, options.colour_std, streams.child("colour"));
  x = erased(x, options.erased_fraction, streams.child("erase"));
  x = blurred(x, blur * options.largest_blur, options.largest_blur);
  x = x + noise * options.largest_noise * streams.child("noise").normal(x.sizes());
  const Tensor known =
      torch::where(mirrored.view({-1, 1}), batch.regressions * mirror_signs, batch.regressions);
  const Tensor added = (torch::cat({blur, noise}, 1).view({-1, 2}) - 0.25) / kAmountStd;
  return {x.clamp(-1, 1), batch.classes, torch::cat({known, added}, 1)};
}

void require_batch(const ClassifierBatch& batch, const FeatureClassifierOptions& network,
                   std::size_t regressions) {
  require_shape("classifier batch: images", batch.images, {-1, 3, -1, -1});
  const std::int64_t count = batch.images.size(0);
  require_shape("classifier batch: classes", batch.classes,
                {count, static_cast<std::int64_t>(network.class_heads.size())});
  require_shape("classifier batch: regressions", batch.regressions,
                {count, static_cast<std::int64_t>(regressions)});
}

}  // namespace

ClassifierTrainer::ClassifierTrainer(FeatureClassifierOptions network,
                                     const ClassifierTrainerOptions& options,
                                     ClassifierBatches batches)
    : options_(options),
      batches_(std::move(batches)),
      streams_(static_cast<std::uint64_t>(options.seed)),
      classifier_(with_degradations(network), streams_.child("weights")),
      averaged_(with_degradations(network), streams_.child("weights")),
      optimizer_(classifier_->parameters(), torch::optim::AdamOptions().betas({0.9, 0.99})),
      mirror_signs_(torch::ones({static_cast<std::int64_t>(network.regressions.size())})) {
  validate(options_, "classifier.training.");
  const std::vector<std::string>& names = network.regressions;
  for (const std::string& name : options_.mirrored_regressions) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw ConfigError(concat("classifier.training.mirrored_regressions: ",
                               unknown_name("regression", name, names)));
    mirror_signs_[found - names.begin()] = -1;
  }
  classifier_->use_bfloat16(options_.bfloat16);
  for (Tensor& parameter : averaged_->parameters()) parameter.set_requires_grad(false);
}

double ClassifierTrainer::learning_rate() const {
  const double done = static_cast<double>(steps_done_);
  const double warmup = (done + 1) / static_cast<double>(options_.warmup_steps + 1);
  const double progress = std::min(1.0, done / static_cast<double>(options_.steps));
  const double decay = 0.5 * (1 + std::cos(std::numbers::pi * progress));
  return options_.learning_rate * std::min(1.0, warmup) * decay;
}

StepReport ClassifierTrainer::step() {
  const ClassifierBatch clean = batches_(steps_done_);
  require_batch(clean, classifier_->options(), static_cast<std::size_t>(mirror_signs_.numel()));
  const ClassifierBatch batch =
      augmented(clean, options_, mirror_signs_,
                streams_.child("augmentation", static_cast<std::uint64_t>(steps_done_)));

  const ClassifierOutput output = classifier_->forward(batch.images);
  Tensor cross_entropy = torch::zeros({});
  for (std::size_t head = 0; head < output.class_logits.size(); ++head)
    cross_entropy = cross_entropy + torch::cross_entropy_loss(
                                        output.class_logits[head],
                                        batch.classes.select(1, static_cast<std::int64_t>(head)));
  const Tensor squared_error = (output.regressions - batch.regressions).pow(2).mean();
  const Tensor loss = cross_entropy + options_.regression_weight * squared_error;
  require_finite("classifier training: loss", loss);

  optimizer_.zero_grad();
  loss.backward();
  const double rate = learning_rate();
  for (auto& group : optimizer_.param_groups())
    static_cast<torch::optim::AdamOptions&>(group.options()).lr(rate);
  optimizer_.step();
  move_average(*averaged_, *classifier_, average_decay(options_.average_half_life, steps_done_));
  ++steps_done_;
  return {"classifier",
          steps_done_,
          options_.steps,
          {{"loss", loss.item<double>()},
           {"cross_entropy", cross_entropy.item<double>()},
           {"squared_error", squared_error.item<double>()},
           {"learning_rate", rate}}};
}

TrainingState ClassifierTrainer::state() const {
  TrainingState state{.step = steps_done_};
  state.tensors = with_prefix(state_of(*classifier_), "network.");
  state.tensors.merge(with_prefix(state_of(*averaged_), "average."));
  for (auto& [name, tensor] : state.tensors) tensor = tensor.clone();
  state.tensors.merge(with_prefix(adam_state(optimizer_, *classifier_), "optimizer."));
  return state;
}

void ClassifierTrainer::load_state(const TrainingState& state) {
  const auto part = [&](const char* name) { return with_prefix_removed(state.tensors, name); };
  sgilo::load_state(*classifier_, part("network."));
  sgilo::load_state(*averaged_, part("average."));
  load_adam_state(optimizer_, *classifier_, part("optimizer."), state.step);
  steps_done_ = state.step;
}

ClassifierScores evaluate_classifier(FeatureClassifier classifier, const ClassifierBatches& batches,
                                     std::int64_t first, std::int64_t count) {
  const torch::NoGradGuard no_grad;
  const FeatureClassifierOptions& network = classifier->options();
  const std::size_t heads = network.class_heads.size();
  std::vector<std::int64_t> right(heads, 0);
  std::vector<Tensor> predictions, truths;
  std::int64_t images = 0;
  for (std::int64_t index = first; index < first + count; ++index) {
    const ClassifierBatch batch = batches(index);
    require_batch(batch, network, static_cast<std::size_t>(batch.regressions.size(-1)));
    const ClassifierOutput output = classifier->forward(batch.images);
    for (std::size_t head = 0; head < heads; ++head) {
      const Tensor labels = batch.classes.select(1, static_cast<std::int64_t>(head));
      right[head] += output.class_logits[head].argmax(1).eq(labels).sum().item<std::int64_t>();
    }
    predictions.push_back(output.regressions.slice(1, 0, batch.regressions.size(1)));
    truths.push_back(batch.regressions);
    images += batch.images.size(0);
  }
  ClassifierScores scores;
  for (std::size_t head = 0; head < heads; ++head)
    scores.accuracy.emplace_back(network.class_heads[head],
                                 static_cast<double>(right[head]) / static_cast<double>(images));
  const Tensor truth = torch::cat(truths).to(torch::kFloat64);
  const Tensor errors = (torch::cat(predictions) - truth).pow(2).sum(0);
  const Tensor spread = (truth - truth.mean(0)).pow(2).sum(0);
  const Tensor r_squared = 1 - errors / spread;
  for (std::int64_t i = 0; i < truth.size(1); ++i)
    scores.r_squared.emplace_back(network.regressions[static_cast<std::size_t>(i)],
                                  r_squared[i].item<double>());
  return scores;
}

}  // namespace sgilo
