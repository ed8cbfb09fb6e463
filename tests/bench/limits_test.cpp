#include "sgilo/bench/limits.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(Limits, CountTheConvolutionsOfAGenerator) {
  SynthesisOptions config_f;
  config_f.widths = {512, 512, 512, 512, 512, 256, 128, 64, 32};
  double products = 0;
  for (const BareConvolution& c : convolutions_of(config_f))
    products += 9.0 * static_cast<double>(c.inputs * c.outputs * c.side * c.side);
  EXPECT_EQ(convolutions_of(config_f).size(), 17U);
  EXPECT_NEAR(products, 74e9, 0.5e9);  // forward, of one image of 1024x1024
}

TEST(Limits, CountTheConvolutionsOfATraining) {
  double forward = 0, backward = 0, weights = 0;
  for (const BareConvolution& c : convolutions_of(AdversarialOptions{}, 16)) {
    const double own = 9.0 * static_cast<double>(c.inputs * c.outputs * c.side * c.side) / 16;
    forward += own * c.forward;
    backward += own * c.backward;
    weights += own * c.weights;
  }
  // Of an image: 151 million products through the generator, as many through the discriminator,
  // which judges it three times, twice for its own sake.
  EXPECT_NEAR(forward, 4.1 * 151e6, 0.1 * 151e6);
  EXPECT_EQ(backward, forward);
  EXPECT_NEAR(weights, 3.1 * 151e6, 0.1 * 151e6);
}

TEST(Limits, CountTheProductsOfATransformer) {
  VisionTransformerOptions options;
  options.width = 1024;
  options.layers = 8;
  options.heads = 16;
  options.mlp_ratio = 2;
  const auto count = [&](std::int64_t chains) {
    double products = 0;
    for (const BareProduct& p : products_of(options, 256, chains))
      products += static_cast<double>(p.count * p.batch * p.rows * p.inner * p.columns);
    return products;
  };
  EXPECT_NEAR(2 * count(1), 36.5e9, 0.5e9);  // 34.4e9 of the linear layers, the rest of attention
  EXPECT_EQ(count(3), 3 * count(1));
}

TEST(Limits, TakeTime) {
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    EXPECT_GT(BareRun({BareConvolution{8, 4, 16, 2, 1, 1}}, 2, type).seconds(), 0);
    EXPECT_GT(BareRun({BareProduct{2, 1, 8, 16, 8}, BareProduct{1, 3, 8, 4, 8}}, type).seconds(),
              0);
  }
}

}  // namespace
}  // namespace sgilo
