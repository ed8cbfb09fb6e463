#include "sgilo/training/score_trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/training/training_folder.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

// Maps [2, 4, 4] that are constant over space: the best denoiser averages the 16 pixels,
//   E|x^_0 - x_0|^2 = q/(1 + q), q = r^2/16, where a pixel alone gives r^2/(1 + r^2).
ScoreBatch flat_maps(std::int64_t index) {
  const Tensor levels =
      RandomStreams(5).child(static_cast<std::uint64_t>(index)).normal({32, 2, 1, 1});
  return {levels.expand({32, 2, 4, 4}) * 0.5 + 1, {}};
}

ScoreTrainer flat_trainer(bool bfloat16 = false, ScoreBatches batches = flat_maps,
                          std::int64_t seed = 1) {
  ScoreNetworkOptions network;
  network.network.width = 32;
  network.network.layers = 2;
  network.network.heads = 2;
  ScoreTrainerOptions options;
  options.learning_rate = 5e-3;
  options.warmup_steps = 10;
  options.average_half_life = 10;
  options.bfloat16 = bfloat16;
  options.seed = seed;
  return ScoreTrainer({2, 4, 4}, network, {torch::ones({2}), torch::full({2}, 0.5)}, options,
                      std::move(batches));
}

double relative_to_best(ScoreTrainer& trainer, double std) {
  const double r = trainer.averaged()->sde().noise_ratio(trainer.averaged()->sde().t_of_std(std));
  return trainer.validate(flat_maps(1 << 20), {std})[0].denoised /
         std::sqrt(r * r / 16 / (1 + r * r / 16));
}

TEST(ScoreTrainer, ApproachesTheBestDenoiser) {
  ScoreTrainer trainer = flat_trainer();
  const double before = relative_to_best(trainer, 0.5);
  EXPECT_GT(before, 3);  // alone, a pixel errs 3.5 times as much as all 16
  for (int i = 0; i < 120; ++i) trainer.step();
  EXPECT_LT(relative_to_best(trainer, 0.5), 1.4);
  EXPECT_LT(relative_to_best(trainer, 0.2), 2);
  const LevelError error = trainer.validate(flat_maps(1 << 20), {0.5})[0];
  EXPECT_LT(error.denoised, 0.5 * error.undenoised);
}

TEST(ScoreTrainer, LearnsInBfloat16) {
  ScoreTrainer trainer = flat_trainer(true);
  for (int i = 0; i < 60; ++i) trainer.step();
  EXPECT_LT(relative_to_best(trainer, 0.5), 2);
}

TEST(ScoreTrainer, ContinuesBitForBitFromItsState) {
  const TemporaryFolder folder;
  ScoreTrainer whole = flat_trainer(), first = flat_trainer(), second = flat_trainer();
  for (int i = 0; i < 6; ++i) whole.step();
  for (int i = 0; i < 3; ++i) first.step();
  TrainingFolder training(folder.path(), Json::object());
  training.save(first.state());
  second.load_state(*training.load(second.state().tensors));
  EXPECT_EQ(second.steps_done(), 3);
  StepReport report;
  for (int i = 0; i < 3; ++i) report = second.step();
  EXPECT_EQ(report.step, 6);
  const TrainingState a = whole.state(), b = second.state();
  for (const auto& [name, tensor] : a.tensors)
    EXPECT_TRUE(torch::equal(tensor, b.tensors.at(name))) << name;
}

TEST(ScoreTrainer, DrawsItsWeightsAndNoiseFromItsSeed) {
  const auto losses = [](std::int64_t seed) {
    ScoreTrainer trainer = flat_trainer(false, flat_maps, seed);
    return std::pair{trainer.step().values[0].second, trainer.step().values[0].second};
  };
  EXPECT_EQ(losses(3), losses(3));
  EXPECT_NE(losses(3).first, losses(4).first);
  EXPECT_NE(losses(3).second, losses(4).second);
}

TEST(ScoreTrainer, RefusesTheStateOfAnotherNetwork) {
  ScoreTrainer trainer = flat_trainer();
  TrainingState state = trainer.state();
  state.tensors.erase("average.network.positions");
  EXPECT_EQ(error_text<FormatError>([&] { trainer.load_state(state); }),
            "tensor 'network.positions' is missing");
}

TEST(ScoreTrainer, SaysWhenTheLossIsNotFinite) {
  ScoreTrainer trainer = flat_trainer(false, [](std::int64_t) {
    return ScoreBatch{torch::full({4, 2, 4, 4}, std::nan("")), {}};
  });
  EXPECT_EQ(error_text<NumericError>([&] { trainer.step(); }),
            "the loss of the score network is not finite");
}

Inversions two_inversions() {
  return {torch::tensor({100.0, 200.0}).view({2, 1, 1, 1}),
          torch::tensor({1.0, 2.0}).view({2, 1, 1, 1}), torch::tensor({{10.0}, {20.0}})};
}

TEST(MixInversions, ReplacesRowsOrAddsTheDeviationOfAnInversion) {
  const ScoreBatches synthetic = [](std::int64_t) {
    return ScoreBatch{torch::zeros({400, 1, 1, 1}), torch::zeros({400, 1})};
  };
  const ScoreBatches mixed =
      mix_inversions(synthetic, two_inversions(), {0.25, 0.5}, RandomStreams(1));
  const ScoreBatch batch = mixed(3);
  int replaced = 0;
  for (std::int64_t i = 0; i < 400; ++i) {
    const double x = batch.features[i].item<double>(), c = batch.condition[i].item<double>();
    if (x >= 100) {
      ++replaced;
      EXPECT_EQ(c, x / 10);
    } else {
      EXPECT_TRUE(x == 0.5 || x == 1.0) << x;
      EXPECT_EQ(c, 0);
    }
  }
  EXPECT_NEAR(replaced, 100, 4 * std::sqrt(400 * 0.25 * 0.75));
  EXPECT_TRUE(torch::equal(mixed(3).features, batch.features));
  EXPECT_FALSE(torch::equal(mixed(4).features, batch.features));
}

TEST(MixInversions, NeedsConditionsOnBothSidesOrOnNone) {
  const ScoreBatches bare = [](std::int64_t) { return ScoreBatch{torch::zeros({4, 1, 1, 1}), {}}; };
  EXPECT_EQ(error_text<ConfigError>(
                [&] { mix_inversions(bare, two_inversions(), {}, RandomStreams(1))(0); }),
            "synthetic activations and inversions must both have a condition or both have none");
}

}  // namespace
}  // namespace sgilo
