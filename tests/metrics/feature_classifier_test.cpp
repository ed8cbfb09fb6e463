#include "sgilo/metrics/feature_classifier.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/options_json.h"
#include "sgilo/core/state_dict.h"

namespace sgilo {
namespace {

FeatureClassifierOptions portrait_heads() {
  FeatureClassifierOptions options;
  options.class_heads = {"hair", "beard", "glasses", "hat"};
  options.class_counts = {7, 4, 4, 4};
  options.regressions = {"yaw", "pitch", "smile"};
  return options;
}

FeatureClassifierOptions small() {
  FeatureClassifierOptions options = portrait_heads();
  options.resolution = 8;
  options.widths = {4, 6};
  options.features = 10;
  return options;
}

TEST(FeatureClassifier, AnswersEveryHeadWithinItsSize) {
  FeatureClassifier classifier(portrait_heads(), RandomStreams(1));
  std::int64_t parameters = 0;
  for (const Tensor& p : classifier->parameters()) parameters += p.numel();
  EXPECT_LT(parameters, 1200000);
  const Tensor images = RandomStreams(2).normal({2, 3, 64, 64});
  const ClassifierOutput output = classifier->forward(images);
  ASSERT_EQ(output.class_logits.size(), 4u);
  EXPECT_EQ(output.class_logits[0].sizes(), torch::IntArrayRef({2, 7}));
  EXPECT_EQ(output.class_logits[3].sizes(), torch::IntArrayRef({2, 4}));
  EXPECT_EQ(output.regressions.sizes(), torch::IntArrayRef({2, 3}));
  EXPECT_EQ(classifier->features(images).sizes(), torch::IntArrayRef({2, 256}));
  const std::vector<Tensor> maps = classifier->feature_maps(images);
  ASSERT_EQ(maps.size(), 5u);
  EXPECT_EQ(maps[0].sizes(), torch::IntArrayRef({2, 16, 64, 64}));
  EXPECT_EQ(maps[4].sizes(), torch::IntArrayRef({2, 192, 4, 4}));
}

TEST(FeatureClassifier, StartsWithActivationsOfUnitSizeInEveryMap) {
  FeatureClassifier classifier(portrait_heads(), RandomStreams(1));
  for (const Tensor& map : classifier->feature_maps(RandomStreams(2).normal({4, 3, 64, 64}))) {
    const double rms = map.pow(2).mean().sqrt().item<double>();
    EXPECT_GT(rms, 0.5);
    EXPECT_LT(rms, 2);
  }
}

TEST(FeatureClassifier, TreatsEachImageAlone) {
  FeatureClassifier classifier(small(), RandomStreams(1));
  const Tensor images = RandomStreams(2).normal({5, 3, 8, 8});
  EXPECT_TRUE(torch::allclose(classifier->features(images)[3],
                              classifier->features(images.slice(0, 3, 4))[0], 1e-5, 1e-6));
}

TEST(FeatureClassifier, SeesAnEnlargedImageAsTheImage) {
  FeatureClassifier classifier(small(), RandomStreams(1));
  const Tensor images = RandomStreams(2).normal({2, 3, 8, 8});
  const Tensor enlarged = images.repeat_interleave(2, 2).repeat_interleave(2, 3);
  EXPECT_TRUE(
      torch::allclose(classifier->features(images), classifier->features(enlarged), 1e-4, 1e-5));
  EXPECT_EQ(classifier->features(images.slice(2, 0, 5)).sizes(), torch::IntArrayRef({2, 10}));
}

TEST(FeatureClassifier, StaysCloseInBfloat16) {
  FeatureClassifier classifier(portrait_heads(), RandomStreams(1));
  const Tensor images = RandomStreams(2).normal({2, 3, 64, 64});
  const Tensor exact = classifier->features(images);
  classifier->use_bfloat16(true);
  const Tensor rounded = classifier->features(images);
  EXPECT_EQ(rounded.scalar_type(), torch::kFloat32);
  EXPECT_LT(((rounded - exact).norm() / exact.norm()).item<double>(), 0.02);
}

TEST(FeatureClassifier, IsTheSameNetworkAfterLoadingItsState) {
  FeatureClassifier first(small(), RandomStreams(1)), second(small(), RandomStreams(9));
  const Tensor images = RandomStreams(2).normal({2, 3, 8, 8});
  EXPECT_FALSE(torch::equal(first->features(images), second->features(images)));
  load_state(*second, state_of(*first));
  EXPECT_TRUE(torch::equal(first->features(images), second->features(images)));
}

TEST(FeatureClassifier, KeepsItsOptionsInJson) {
  FeatureClassifierOptions read;
  from_json(to_json(portrait_heads()), read);
  EXPECT_EQ(read.class_heads, portrait_heads().class_heads);
  EXPECT_EQ(read.class_counts, portrait_heads().class_counts);
  EXPECT_EQ(read.widths, portrait_heads().widths);
}

TEST(FeatureClassifier, SaysWhatItCannotBe) {
  const auto text_of = [](const FeatureClassifierOptions& options) -> std::string {
    try {
      FeatureClassifier(options, RandomStreams(1));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  };
  FeatureClassifierOptions options = portrait_heads();
  options.resolution = 40;
  EXPECT_EQ(text_of(options),
            "classifier.resolution must be a multiple of 16 for 5 widths, but is 40");
  options = portrait_heads();
  options.class_counts.pop_back();
  EXPECT_EQ(text_of(options),
            "classifier.class_counts must name one count per class head, but has 3 counts for 4 "
            "heads");
  options = portrait_heads();
  options.class_counts[1] = 1;
  EXPECT_EQ(text_of(options), "classifier.class_counts must be at least 2, but is 1 for beard");
  options.widths = {};
  EXPECT_EQ(text_of(options), "classifier.widths must be a list of positive numbers, but is []");
  FeatureClassifier classifier(small(), RandomStreams(1));
  EXPECT_THROW(classifier->features(torch::zeros({1, 1, 8, 8})), ConfigError);
}

}  // namespace
}  // namespace sgilo
