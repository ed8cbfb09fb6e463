#include "sgilo/metrics/perceptual.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

FeatureClassifier small_classifier() {
  FeatureClassifierOptions options;
  options.resolution = 8;
  options.widths = {6, 8};
  options.features = 4;
  options.class_heads = {"kind"};
  options.class_counts = {2};
  return FeatureClassifier(options, RandomStreams(1));
}

TEST(PerceptualDistance, IsZeroForEqualImagesSymmetricAndAtMostFour) {
  FeatureClassifier classifier = small_classifier();
  const Tensor a = RandomStreams(2).normal({3, 3, 8, 8}), b = RandomStreams(3).normal({3, 3, 8, 8});
  const Tensor distance = perceptual_distance(classifier, a, b);
  ASSERT_EQ(distance.sizes(), torch::IntArrayRef({3}));
  EXPECT_TRUE(torch::equal(perceptual_distance(classifier, a, a), torch::zeros({3})));
  EXPECT_TRUE(torch::equal(distance, perceptual_distance(classifier, b, a)));
  EXPECT_GT(distance.min().item<double>(), 0.01);
  EXPECT_LT(distance.max().item<double>(), 4);
}

TEST(PerceptualDistance, GrowsWithTheDifference) {
  FeatureClassifier classifier = small_classifier();
  const Tensor a = RandomStreams(2).normal({1, 3, 8, 8}), d = RandomStreams(3).normal({1, 3, 8, 8});
  double previous = 0;
  for (const double size : {0.01, 0.1, 0.5}) {
    const double distance = perceptual_distance(classifier, a + size * d, a).item<double>();
    EXPECT_GT(distance, previous);
    previous = distance;
  }
}

TEST(PerceptualDistance, HasTheGradientOfFiniteDifferences) {
  FeatureClassifier classifier = small_classifier();
  classifier->to(torch::kFloat64);
  const Tensor a = RandomStreams(2).normal({1, 3, 8, 8}).to(torch::kFloat64).requires_grad_();
  const Tensor b = RandomStreams(3).normal({1, 3, 8, 8}).to(torch::kFloat64);
  const Tensor direction = RandomStreams(4).normal({1, 3, 8, 8}).to(torch::kFloat64);
  const Tensor gradient =
      torch::autograd::grad({perceptual_distance(classifier, a, b).sum()}, {a})[0];
  const torch::NoGradGuard no_grad;
  const double step = 1e-6;
  const double slope = (perceptual_distance(classifier, a + step * direction, b) -
                        perceptual_distance(classifier, a - step * direction, b))
                           .item<double>() /
                       (2 * step);
  EXPECT_NEAR((gradient * direction).sum().item<double>(), slope, 1e-5 * std::abs(slope) + 1e-8);
}

TEST(PerceptualDistance, RefusesImagesOfAnotherShape) {
  FeatureClassifier classifier = small_classifier();
  try {
    perceptual_distance(classifier, torch::zeros({1, 3, 8, 9}), torch::zeros({1, 3, 8, 8}));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "perceptual: image must have shape [1, 3, 8, 8], but has [1, 3, 8, 9]");
  }
}

}  // namespace
}  // namespace sgilo
