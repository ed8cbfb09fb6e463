// The whole chain on tiny networks: generator, classifier, inversions, priors, samples.
#include <gtest/gtest.h>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/models/model_parts.h"
#include "sgilo/workflows/invert.h"
#include "sgilo/workflows/sample.h"
#include "sgilo/workflows/train_classifier.h"
#include "sgilo/workflows/train_generator.h"
#include "sgilo/workflows/train_score.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

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
  o.trainer.precision = TrainingPrecision::fp32;
  o.loop = {.steps = 4, .log_interval = 2, .evaluation_interval = 4};
  o.portraits = 8;
  o.interim_frechet_images = o.frechet_images = 300;
  o.output = (folder / "model").string();
  o.state = (folder / "state_generator").string();
  return o;
}

TEST(TrainWorkflow, RefusesASizeThatPortraitsDoNotHaveBeforeItWrites) {
  const TemporaryFolder folder;
  Observer silent;
  TrainGeneratorOptions options = tiny_generator(folder.path());
  options.trainer.widths = options.trainer.discriminator_widths = {8, 8};
  EXPECT_EQ(error_text<ConfigError>([&] { train_generator(options, silent); }),
            "portrait size must be between 32 and 256, but is 8");
  EXPECT_EQ(error_text<ConfigError>([&] { plan(options); }),
            "portrait size must be between 32 and 256, but is 8");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
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
  inversion.evaluations = 18;
  inversion.shares = {1, 1, 1};
  EXPECT_FALSE(invert(inversion, *std::make_unique<StopAfter>(1)).finished);
  const InvertResult inverted = invert(inversion, silent);
  ASSERT_TRUE(inverted.finished);
  EXPECT_EQ(inverted.images, 6);
  EXPECT_LT(inverted.residual[2], inverted.residual[0]);

  TrainScoreOptions score;
  score.model = model;
  score.latents = inversion.output;
  score.layer = 0;
  EXPECT_TRUE(train_score(score, silent).finished);
  score.layer = 2;
  score.held_out = 2;
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

  // The same commands go on, but replace nothing unasked.
  EXPECT_EQ(error_text<ConfigError>([&] { train_score(score, silent); }),
            model +
                ": has a part 'score_2' already; --force replaces it by one that is at least "
                "as good, or name another folder");
  EXPECT_THROW(train_generator(generator, silent), ConfigError);
  EXPECT_THROW(train_classifier(classifier, silent), ConfigError);
  score.force = true;
  EXPECT_TRUE(train_score(score, silent).model.entered);  // as good as itself
  EXPECT_TRUE(std::filesystem::exists(folder / "model/replaced_1/score_2.safetensors"));

  // Nothing of the course changes on the way.
  score.seed = 7;
  EXPECT_EQ(error_text<ConfigError>([&] { train_score(score, silent); }),
            score.state +
                ": holds a training with seed 1, which cannot go on with 7; ask for the "
                "same, or name another folder with --state");
  score.seed = 1;
  score.trainer.learning_rate = 0.5;
  EXPECT_NE(error_text<ConfigError>([&] {
              train_score(score, silent);
            }).find("trainer.learning_rate 0.001, which cannot go on with 0.5"),
            std::string::npos);

  // A score belongs to its generator: the model stays whole, whichever of the two it has.
  generator.loop.steps = 5;
  generator.force = true;
  const EnteredPart entered = train_generator(generator, silent).model;
  EXPECT_NE(entered.note.find("Frechet distance"), std::string::npos) << entered.note;
  const Model now = load_model({model}, {});
  EXPECT_EQ(now.priors.has(2, Role::layer), !entered.entered);
}

TEST(TrainWorkflow, TrainsAScoreFromAFewInversionsByItsSeed) {
  const TemporaryFolder folder;
  Observer silent;
  const std::string model = write_tiny_model(folder / "model", 4).string();
  InvertOptions inversion;
  inversion.model = model;
  inversion.output = (folder / "latents").string();
  inversion.portraits = 3;
  inversion.batch = 3;
  inversion.evaluations = 6;
  inversion.shares = {2, 2, 2};
  ASSERT_TRUE(invert(inversion, silent).finished);

  TrainScoreOptions score;
  score.model = model;
  score.latents = inversion.output;
  score.layer = 2;
  score.network.network.width = 12;
  score.network.network.layers = 1;
  score.trainer.steps = 1;
  score.trainer.batch = 2;
  const auto weights = [&](std::int64_t seed) {
    score.seed = seed;
    score.force = true;
    score.state = (folder / concat("state_", seed, "_", folder.count())).string();
    std::filesystem::remove_all(folder / "copy");
    std::filesystem::copy(model, folder / "copy");
    score.model = (folder / "copy").string();
    EXPECT_TRUE(train_score(score, silent).finished);
    score.model = model;
    return model_part(folder / "copy", "score_2")["sha256"].get<std::string>();
  };
  const std::string first = weights(1);
  EXPECT_EQ(weights(1), first);
  EXPECT_NE(weights(2), first);

  score.held_out = 3;
  EXPECT_EQ(error_text<ConfigError>([&] { train_score(score, silent); }),
            "held_out must be less than the 3 inversions of " + score.latents + ", but is 3");
  score.layer = 0;
  score.held_out = 0;
  EXPECT_EQ(
      error_text<ConfigError>([&] { train_score(score, silent); }),
      "trainer.steps has no effect with layer 0, whose prior is fitted in closed form; leave it "
      "out");
}

TEST(TrainWorkflow, StartsWarmFromTheStateOfAnOlderVersion) {
  const TemporaryFolder folder;
  Observer silent;
  TrainGeneratorOptions first = tiny_generator(folder.path());
  first.loop.steps = 2;
  train_generator(first, silent);
  SafetensorsFile state =
      read_safetensors(std::filesystem::path(first.state) / "state.safetensors");
  const Tensor averaged = state.tensors.at("averaged.synthesis.b8.conv0.weight");
  for (auto entry = state.tensors.begin(); entry != state.tensors.end();)
    entry = entry->first.starts_with("optimizer.") ? state.tensors.erase(entry) : std::next(entry);
  state.tensors["optimizer.generator"] = torch::zeros({9}, torch::kUInt8);
  std::filesystem::create_directory(folder / "old");
  write_safetensors(folder / "old" / "state.safetensors", state.tensors,
                    {{"counters", R"({"seconds":1.0,"step":2.0})"}});

  TrainGeneratorOptions second = first;
  second.output = (folder / "next_model").string();
  second.state = (folder / "old").string();
  EXPECT_NE(error_text<FormatError>([&] {
              train_generator(second, silent);
            }).find("was written by an older version of sgilo"),
            std::string::npos);
  second.state = (folder / "next_state").string();
  second.warm_start = (folder / "old").string();
  second.loop.steps = 1;
  second.trainer.learning_rate = 1e-9;
  ASSERT_TRUE(train_generator(second, silent).finished);
  const StateDict next =
      read_safetensors(std::filesystem::path(second.state) / "state.safetensors").tensors;
  EXPECT_TRUE(torch::allclose(next.at("averaged.synthesis.b8.conv0.weight"), averaged));

  // The same command goes on, another start does not.
  std::filesystem::remove_all(second.output);
  second.loop.steps = 2;
  EXPECT_EQ(train_generator(second, silent).steps, 2);
  std::filesystem::remove_all(second.output);
  second.warm_start = first.output;
  EXPECT_NE(error_text<ConfigError>([&] {
              train_generator(second, silent);
            }).find("holds a training with warm_start \""),
            std::string::npos);
  second.warm_start = "";
  EXPECT_TRUE(train_generator(second, silent).finished);
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
  second.output = (folder.path() / "third_model").string();
  EXPECT_THROW(train_generator(second, silent), FormatError);
}

}  // namespace
}  // namespace sgilo
