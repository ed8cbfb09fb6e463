// The whole chain on tiny networks: generator, classifier, inversions, priors, samples.
#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/models/model.h"
#include "sgilo/workflows/invert.h"
#include "sgilo/workflows/sample.h"
#include "sgilo/workflows/train_classifier.h"
#include "sgilo/workflows/train_generator.h"
#include "sgilo/workflows/train_score.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

class StopAfter : public Observer {
 public:
  explicit StopAfter(int asks) : left_(asks) {}
  bool stop_requested() override { return left_-- <= 0; }

 private:
  int left_;
};

TrainGeneratorOptions tiny_generator(const std::filesystem::path& folder) {
  TrainGeneratorOptions o;
  o.trainer.z_dim = o.trainer.w_dim = 8;
  o.trainer.mapping_layers = 2;
  o.trainer.widths = o.trainer.discriminator_widths = {8, 8, 6, 4};
  o.trainer.batch = 4;
  o.trainer.precision = Precision::fp32;
  o.loop = {.steps = 4, .log_interval = 2, .evaluation_interval = 4};
  o.portraits = 8;
  o.interim_frechet_images = o.frechet_images = 300;
  o.output = (folder / "model").string();
  o.state = (folder / "state_generator").string();
  return o;
}

TEST(TrainWorkflow, GoesFromNothingToSamplesOfALayer) {
  const TemporaryFolder folder;
  Observer silent;
  const std::string model = (folder.path() / "model").string();

  TrainClassifierOptions classifier;
  classifier.network.resolution = 32;
  classifier.network.widths = {4, 8, 8, 8};
  classifier.network.features = 16;
  classifier.trainer.steps = 2;
  classifier.trainer.batch = 4;
  classifier.portraits = 8;
  classifier.validation_portraits = 8;
  classifier.output = model;
  classifier.state = (folder.path() / "state_classifier").string();
  EXPECT_EQ(train_classifier(classifier, silent).scores.accuracy.size(), 4u);

  TrainGeneratorOptions generator = tiny_generator(folder.path());
  StopAfter soon(2);
  EXPECT_FALSE(train_generator(generator, soon).finished);
  const TrainGeneratorResult trained = train_generator(generator, silent);
  ASSERT_TRUE(trained.finished);
  EXPECT_EQ(trained.images, 16);
  EXPECT_GT(trained.frechet, trained.floor);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "model" / "generator.png"));

  InvertOptions inversion;
  inversion.model = model;
  inversion.output = (folder.path() / "latents").string();
  inversion.portraits = 6;
  inversion.batch = 4;
  inversion.steps = {6, 6, 6};
  EXPECT_FALSE(invert(inversion, *std::make_unique<StopAfter>(1)).finished);
  const InvertResult inverted = invert(inversion, silent);
  ASSERT_TRUE(inverted.finished);
  EXPECT_EQ(inverted.images, 6);
  EXPECT_LT(inverted.residual[2], inverted.residual[0]);

  TrainScoreOptions score;
  score.model = model;
  score.latents = inversion.output;
  score.held_out = 2;
  score.layer = 0;
  EXPECT_TRUE(train_score(score, silent).finished);
  score.layer = 2;
  score.network.network.width = 12;
  score.network.network.layers = 1;
  score.trainer.steps = 3;
  score.trainer.batch = 4;
  score.state = (folder.path() / "state_score").string();
  const TrainScoreResult learnt = train_score(score, silent);
  ASSERT_TRUE(learnt.finished);
  EXPECT_EQ(learnt.validation.rows().size(), 5u);

  SampleOptions sampling;
  sampling.model = model;
  sampling.layer = 2;
  sampling.count = 3;
  sampling.predictor_corrector.steps = 3;
  sampling.output = (folder.path() / "samples.png").string();
  sampling.latents = (folder.path() / "samples.safetensors").string();
  EXPECT_EQ(sample(sampling, silent).images.sizes(), (torch::IntArrayRef{3, 3, 32, 32}));
  EXPECT_TRUE(std::filesystem::exists(sampling.output));

  sampling.layer = 1;
  try {
    sample(sampling, silent);
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "layer must be 0 or one with a score network (2), but is 1");
  }

  // A score belongs to its generator.
  generator.loop.steps = 5;
  train_generator(generator, silent);
  EXPECT_THROW(load_model({model}, {}), FormatError);
}

TEST(TrainWorkflow, StartsWarmFromTheWeightsOfAModel) {
  const TemporaryFolder folder;
  Observer silent;
  TrainGeneratorOptions first = tiny_generator(folder.path());
  first.loop.steps = 2;
  train_generator(first, silent);
  TrainGeneratorOptions second = first;
  second.warm_start = first.output;
  second.state = (folder.path() / "other_state").string();
  second.output = (folder.path() / "other_model").string();
  EXPECT_TRUE(train_generator(second, silent).finished);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "other_model" / "training" /
                                      "discriminator.safetensors"));
  second.warm_start = (folder.path() / "nowhere").string();
  second.state = (folder.path() / "third_state").string();
  EXPECT_THROW(train_generator(second, silent), FormatError);
}

}  // namespace
}  // namespace sgilo
