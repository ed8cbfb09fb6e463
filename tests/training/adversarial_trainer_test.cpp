#include "sgilo/training/adversarial_trainer.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

AdversarialOptions small_options() {
  AdversarialOptions o;
  o.z_dim = o.w_dim = 8;
  o.mapping_layers = 2;
  o.widths = {8, 8, 6};
  o.discriminator_widths = {8, 8, 6};
  o.batch = 8;
  o.r1_interval = 2;
  o.precision = TrainingPrecision::fp32;
  return o;
}

Tensor real_images(std::int64_t step) {
  return RandomStreams(4).child(static_cast<std::uint64_t>(step)).uniform({8, 3, 16, 16}) * 2 - 1;
}

TEST(AdversarialTrainer, MovesBothNetworksAndTheAverageFollows) {
  AdversarialTrainer trainer(small_options(), real_images);
  StateDict before = trainer.state().tensors;
  for (auto& [name, tensor] : before) tensor = tensor.clone();
  std::map<std::string, double> losses;
  for (int i = 0; i < 3; ++i) losses.merge(trainer.step());
  EXPECT_TRUE(losses.count("generator_loss") && losses.count("discriminator_loss") &&
              losses.count("gradient_penalty"));
  const StateDict after = trainer.state().tensors;
  for (const char* name : {"generator.synthesis.b8.conv0.weight", "discriminator.b8.conv0_weight",
                           "averaged.synthesis.b8.conv0.weight"}) {
    EXPECT_FALSE(torch::equal(after.at(name), before.at(name))) << name;
  }
  EXPECT_EQ(trainer.images(), 24);
}

TEST(AdversarialTrainer, TellsOfItsPartsAsTheyBegin) {
  AdversarialTrainer trainer(small_options(), real_images);
  std::vector<std::string> parts;
  trainer.step([&](std::string_view part) { parts.emplace_back(part); });
  EXPECT_EQ(parts, (std::vector<std::string>{"data", "fakes", "discriminator", "optimiser",
                                             "gradient penalty", "optimiser", "generator",
                                             "optimiser", "average"}));
}

// Both ways start from the same weights and see the same images.
TEST(AdversarialTrainer, TakesTheSameStepsByEitherKernel) {
  AdversarialOptions options = small_options();
  options.kernel = Kernel::reference;
  AdversarialTrainer plain(options, real_images);
  options.kernel = Kernel::fused;
  AdversarialTrainer fused(options, real_images);
  for (int i = 0; i < 2; ++i) {
    const auto want = plain.step(), got = fused.step();
    for (const auto& [name, value] : want) EXPECT_NEAR(got.at(name), value, 1e-4) << name;
  }
}

TEST(AdversarialTrainer, ContinuesBitForBitFromItsState) {
  const auto options = small_options();
  AdversarialTrainer whole(options, real_images), first(options, real_images);
  for (int i = 0; i < 4; ++i) whole.step();
  for (int i = 0; i < 2; ++i) first.step();
  TrainingState state = first.state();
  for (auto& [name, tensor] : state.tensors) tensor = tensor.clone();
  AdversarialTrainer second(options, real_images);
  second.load_state(state);
  for (int i = 0; i < 2; ++i) second.step();
  const StateDict a = whole.state().tensors, b = second.state().tensors;
  for (const auto& [name, tensor] : a) EXPECT_TRUE(torch::equal(tensor, b.at(name))) << name;
}

TEST(AdversarialTrainer, LearnsTheMeanColourOfConstantImages) {
  AdversarialOptions options = small_options();
  options.average_half_life = 100;
  AdversarialTrainer trainer(options, [](std::int64_t step) {
    const Tensor shade =
        RandomStreams(5).child(static_cast<std::uint64_t>(step)).uniform({8, 1, 1, 1}) * 0.2;
    return (shade + torch::tensor({0.6f, 0.0f, -0.6f}).view({1, 3, 1, 1}))
        .expand({8, 3, 16, 16})
        .contiguous();
  });
  const Tensor wanted = torch::tensor({0.7f, 0.1f, -0.5f});
  const double before =
      (trainer.samples(0, 16).mean({0, 2, 3}) - wanted).abs().max().item<double>();
  for (int i = 0; i < 80; ++i) trainer.step();
  const double after = (trainer.samples(0, 16).mean({0, 2, 3}) - wanted).abs().max().item<double>();
  EXPECT_LT(after, 0.5 * before);
}

TEST(AdversarialTrainer, PathLengthRegularisationRunsItsSecondGradients) {
  AdversarialOptions options = small_options();
  options.path_length_weight = 2;
  options.path_length_interval = 1;
  AdversarialTrainer trainer(options, real_images);
  const auto losses = trainer.step();
  EXPECT_GT(losses.at("path_length"), 0);
}

TEST(AdversarialTrainer, TellsWhenTheTwoNetworksDifferInSize) {
  AdversarialOptions options = small_options();
  options.discriminator_widths = {8, 8};
  try {
    AdversarialTrainer trainer(options, real_images);
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "discriminator_widths must have as many entries as widths (3), but has 2");
  }
}

}  // namespace
}  // namespace sgilo
