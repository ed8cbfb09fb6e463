#include "sgilo/training/score_trainer.h"

#include <algorithm>

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"
#include "sgilo/training/adam_state.h"
#include "sgilo/training/ema.h"

namespace sgilo {
namespace {

std::vector<RandomStreams> row_streams(const RandomStreams& streams, std::int64_t count) {
  std::vector<RandomStreams> rows;
  for (std::int64_t i = 0; i < count; ++i)
    rows.push_back(streams.child(static_cast<std::uint64_t>(i)));
  return rows;
}

// Scales all gradients so that their joint norm is at most `largest`; returns the norm before.
// Parameters of an unused condition have no gradient.
double clip_gradients(const std::vector<Tensor>& parameters, double largest) {
  Tensor squares = torch::zeros({}, torch::kFloat64);
  for (const Tensor& parameter : parameters)
    if (parameter.grad().defined())
      squares += parameter.grad().square().sum().to(torch::kFloat64).cpu();
  const double norm = std::sqrt(squares.item<double>());
  if (norm > largest)
    for (const Tensor& parameter : parameters)
      if (parameter.grad().defined()) parameter.grad().mul_(largest / norm);
  return norm;
}

}  // namespace

ScoreTrainer::ScoreTrainer(const Shape& shape, const ScoreNetworkOptions& network,
                           const ChannelStatistics& statistics, const ScoreTrainerOptions& options,
                           ScoreBatches batches, torch::Device device)
    : options_(options),
      batches_(std::move(batches)),
      device_(device),
      streams_(static_cast<std::uint64_t>(options.seed)),
      network_(shape, network, streams_.child("weights")),
      averaged_(shape, network, streams_.child("weights")),
      optimizer_(network_->parameters(),
                 torch::optim::AdamOptions(options.learning_rate).betas({0.9, options.beta2})) {
  sgilo::validate(options_, "training.");
  network_->set_statistics(statistics.mean, statistics.scale);
  averaged_->set_statistics(statistics.mean, statistics.scale);
  network_->to(device_);
  averaged_->to(device_);
  if (options_.bfloat16) network_->network()->products.type = torch::kBFloat16;
}

StepReport ScoreTrainer::step() {
  const ScoreBatch batch = batches_(steps_done_);
  const RandomStreams streams = streams_.child("step", static_cast<std::uint64_t>(steps_done_));
  const Tensor clean = network_->standardised(batch.features.to(device_));
  const auto rows = row_streams(streams, clean.size(0));
  const Tensor t = draw_times(network_->sde(), options_.noise_levels, children(rows, "time"));
  const Tensor noise = normal_rows(children(rows, "noise"), clean.sizes().slice(1));
  Tensor condition;
  if (batch.condition.defined() &&
      streams.child("condition").uniform({1}).item<double>() >= options_.condition_dropout)
    condition = batch.condition.to(device_);

  const Tensor loss =
      denoising_loss(network_, clean, t.to(device_), noise.to(device_), condition).mean();
  require_finite("the loss of the score network", loss);
  optimizer_.zero_grad();
  loss.backward();
  const double gradient_norm = clip_gradients(network_->parameters(), options_.gradient_clip);
  const double warmth =
      std::min(1.0, static_cast<double>(steps_done_ + 1) /
                        static_cast<double>(std::max<std::int64_t>(1, options_.warmup_steps)));
  for (auto& group : optimizer_.param_groups())
    static_cast<torch::optim::AdamOptions&>(group.options()).lr(options_.learning_rate * warmth);
  optimizer_.step();
  move_average(*averaged_, *network_, average_decay(options_.average_half_life, steps_done_));
  ++steps_done_;
  return {"score",
          steps_done_,
          options_.steps,
          {{"loss", loss.item<double>()}, {"gradient_norm", gradient_norm}}};
}

std::vector<RandomStreams> validation_rows(std::int64_t count) {
  return row_streams(RandomStreams(0).child("validation"), count);
}

std::vector<LevelError> ScoreTrainer::validate(const ScoreBatch& batch,
                                               const std::vector<double>& stds) {
  const Tensor clean = averaged_->standardised(batch.features.to(device_));
  const Tensor condition = batch.condition.defined() ? batch.condition.to(device_) : Tensor();
  return denoising_errors(score_function(averaged_, condition), averaged_->sde(), clean, stds,
                          validation_rows(clean.size(0)));
}

TrainingState ScoreTrainer::state() const {
  TrainingState state{.step = steps_done_};
  state.tensors = with_prefix(state_of(*network_), "network.");
  state.tensors.merge(with_prefix(state_of(*averaged_), "average."));
  for (auto& [name, tensor] : state.tensors) tensor = tensor.clone();
  state.tensors.merge(with_prefix(adam_state(optimizer_, *network_), "optimizer."));
  return state;
}

void ScoreTrainer::load_state(const TrainingState& state) {
  const auto part = [&](const char* name) { return with_prefix_removed(state.tensors, name); };
  sgilo::load_state(*network_, part("network."));
  sgilo::load_state(*averaged_, part("average."));
  load_adam_state(optimizer_, *network_, part("optimizer."), state.step);
  steps_done_ = state.step;
}

ScoreBatches mix_inversions(ScoreBatches synthetic, Inversions inversions,
                            const InversionMixOptions& options, const RandomStreams& streams) {
  validate(options, "inversions.");
  require_shape("the deviations of the inversions", inversions.deviations,
                inversions.features.sizes());
  return [=](std::int64_t index) {
    ScoreBatch batch = synthetic(index);
    if (batch.condition.defined() != inversions.condition.defined())
      throw ConfigError(
          "synthetic activations and inversions must both have a condition or both "
          "have none");
    const std::int64_t n = batch.features.size(0);
    const auto count = static_cast<std::uint64_t>(inversions.features.size(0));
    const RandomStreams step = streams.child("batch", static_cast<std::uint64_t>(index));
    const Tensor replaced = step.child("replaced").uniform({n}) < options.inversion_fraction;
    std::vector<std::int64_t> which;
    for (std::int64_t i = 0; i < n; ++i)
      which.push_back(static_cast<std::int64_t>(
          step.child("which", static_cast<std::uint64_t>(i)).integer(count)));
    const Tensor chosen = torch::tensor(which, torch::kInt64);
    batch.features = torch::where(
        replaced.view({n, 1, 1, 1}), inversions.features.index_select(0, chosen),
        batch.features + inversions.deviations.index_select(0, chosen) * options.deviation_scale);
    if (batch.condition.defined())
      batch.condition = torch::where(replaced.view({n, 1}),
                                     inversions.condition.index_select(0, chosen), batch.condition);
    return batch;
  };
}

}  // namespace sgilo
