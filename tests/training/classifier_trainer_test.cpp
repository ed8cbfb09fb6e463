#include "sgilo/training/classifier_trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// A square, red, green or blue, that grows brighter towards one side; the slope is the regression.
ClassifierBatch coloured_squares(std::int64_t index) {
  const std::int64_t count = 32, side = 16;
  const RandomStreams streams = RandomStreams(100).child(static_cast<std::uint64_t>(index));
  const Tensor colour = (3 * streams.child("colour").uniform({count})).floor().to(torch::kInt64);
  const Tensor slope = 2 * streams.child("slope").uniform({count}) - 1;
  Tensor images = torch::full({count, 3, side, side}, -0.8);
  for (std::int64_t i = 0; i < count; ++i)
    images[i][colour[i].item<std::int64_t>()].slice(0, 3, 13).slice(1, 3, 13) =
        0.4 + 0.6 * slope[i] * torch::linspace(-1, 1, 10);
  return {images, colour.view({-1, 1}), (slope * std::sqrt(3.0)).view({-1, 1})};
}

FeatureClassifierOptions small_network() {
  FeatureClassifierOptions network;
  network.resolution = 16;
  network.widths = {8, 16, 16};
  network.features = 32;
  network.class_heads = {"colour"};
  network.class_counts = {3};
  network.regressions = {"slope"};
  return network;
}

ClassifierTrainerOptions few_steps() {
  ClassifierTrainerOptions options;
  options.steps = 160;
  options.warmup_steps = 5;
  options.learning_rate = 1e-2;
  options.average_half_life = 5;
  options.largest_blur = 0.5;
  options.mirrored_regressions = {"slope"};
  return options;
}

double value_of(const StepReport& report, std::string_view name) {
  for (const auto& [key, value] : report.values)
    if (key == name) return value;
  ADD_FAILURE() << "no value " << name;
  return 0;
}

TEST(ClassifierTrainer, LearnsTheColourAndTheSlopeOfASquare) {
  ClassifierTrainer trainer(small_network(), few_steps(), coloured_squares);
  const double first = value_of(trainer.step(), "loss");
  double last = 0;
  while (!trainer.finished()) last = value_of(trainer.step(), "loss");
  EXPECT_LT(last, 0.6 * first);
  EXPECT_EQ(trainer.steps_done(), 160);
  const ClassifierScores scores =
      evaluate_classifier(trainer.averaged(), coloured_squares, 1000, 4);
  ASSERT_EQ(scores.accuracy.size(), 1u);
  EXPECT_EQ(scores.accuracy[0].first, "colour");
  EXPECT_GT(scores.accuracy[0].second, 0.97);
  ASSERT_EQ(scores.r_squared.size(), 1u);
  EXPECT_EQ(scores.r_squared[0].first, "slope");
  EXPECT_GT(scores.r_squared[0].second, 0.8);
}

// Without the sign, mirrored squares contradict the others, and nothing about the slope can be
// learnt.
TEST(ClassifierTrainer, MirrorsTheRegressionsThatItIsTold) {
  ClassifierTrainerOptions options = few_steps();
  options.mirrored_regressions = {};
  ClassifierTrainer trainer(small_network(), options, coloured_squares);
  while (!trainer.finished()) trainer.step();
  const ClassifierScores scores =
      evaluate_classifier(trainer.averaged(), coloured_squares, 1000, 4);
  EXPECT_LT(scores.r_squared[0].second, 0.3);
}

TEST(ClassifierTrainer, ContinuesBitForBitFromItsState) {
  ClassifierTrainer whole(small_network(), few_steps(), coloured_squares);
  for (int i = 0; i < 3; ++i) whole.step();
  const TrainingState saved = whole.state();
  ClassifierTrainer resumed(small_network(), few_steps(), coloured_squares);
  resumed.load_state(saved);
  EXPECT_EQ(resumed.steps_done(), 3);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(value_of(whole.step(), "loss"), value_of(resumed.step(), "loss"));
  const StateDict expected = state_of(*whole.averaged());
  for (const auto& [name, tensor] : state_of(*resumed.averaged()))
    EXPECT_TRUE(torch::equal(tensor, expected.at(name))) << name;
}

TEST(ClassifierTrainer, TrainsInBfloat16) {
  ClassifierTrainerOptions options = few_steps();
  options.bfloat16 = true;
  ClassifierTrainer trainer(small_network(), options, coloured_squares);
  const double first = value_of(trainer.step(), "loss");
  double last = 0;
  while (trainer.steps_done() < 30) last = value_of(trainer.step(), "loss");
  EXPECT_LT(last, 0.8 * first);
}

TEST(ClassifierTrainer, SaysWhatItCannotTake) {
  ClassifierTrainerOptions options = few_steps();
  options.mirrored_regressions = {"slopes"};
  EXPECT_EQ(
      error_text<Error>([&] { ClassifierTrainer(small_network(), options, coloured_squares); }),
      "classifier.training.mirrored_regressions: unknown regression 'slopes', did you mean "
      "'slope'? known regressions: slope");
  options = few_steps();
  options.learning_rate = 0;
  EXPECT_EQ(
      error_text<Error>([&] { ClassifierTrainer(small_network(), options, coloured_squares); }),
      "classifier.training.learning_rate must be positive, but is 0.0");
  const auto unlabelled = [](std::int64_t index) {
    ClassifierBatch batch = coloured_squares(index);
    batch.classes = batch.classes.slice(0, 1);
    return batch;
  };
  EXPECT_EQ(error_text<Error>(
                [&] { ClassifierTrainer(small_network(), few_steps(), unlabelled).step(); }),
            "classifier batch: classes must have shape [32, 1], but has [31, 1]");
  const auto broken = [](std::int64_t index) {
    ClassifierBatch batch = coloured_squares(index);
    batch.regressions = batch.regressions * NAN;
    return batch;
  };
  EXPECT_EQ(
      error_text<Error>([&] { ClassifierTrainer(small_network(), few_steps(), broken).step(); }),
      "classifier training: loss is not finite");
  ClassifierTrainer trainer(small_network(), few_steps(), coloured_squares);
  TrainingState state = trainer.state();
  state.tensors.erase("average.stem.weight");
  EXPECT_EQ(error_text<Error>([&] { trainer.load_state(state); }),
            "tensor 'stem.weight' is missing");
}

}  // namespace
}  // namespace sgilo
