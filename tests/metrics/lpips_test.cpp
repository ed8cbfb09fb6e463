#include "sgilo/metrics/lpips.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/error_text.h"
#include "support/small_lpips.h"

namespace sgilo {
namespace {

Tensor images(std::uint64_t seed, torch::ScalarType type = torch::kFloat32) {
  return RandomStreams(seed).normal({3, 3, 16, 20}).to(type);
}

TEST(Lpips, IsZeroForEqualImagesSymmetricAndTheSumOfItsLayers) {
  const Lpips lpips = random_small_lpips().lpips();
  const Tensor a = images(2), b = images(3);
  const Tensor distance = lpips.distance(a, b), layers = lpips.per_layer(a, b);
  ASSERT_EQ(distance.sizes(), torch::IntArrayRef({3}));
  ASSERT_EQ(layers.sizes(), torch::IntArrayRef({5, 3}));
  EXPECT_TRUE(torch::equal(lpips.distance(a, a), torch::zeros({3})));
  EXPECT_TRUE(torch::equal(distance, lpips.distance(b, a)));
  EXPECT_TRUE(torch::allclose(distance, layers.sum(0)));
  EXPECT_GT(layers.min().item<double>(), 0);
}

// Convolutions that copy their input leave relu((x - shift) / scale) of an image of one colour in
// every layer, away from the border and at it.
TEST(Lpips, OfImagesOfOneColourIsTheFormula) {
  const LpipsWeights weights =
      small_lpips({3, 3, 3, 3, 3}, [](const std::string& name, const Shape& shape) {
        if (name.find("lin") == 0) return torch::tensor({0.5, 1., 2.}).view(shape);
        Tensor out = torch::zeros(shape, torch::kFloat64);
        if (shape.size() == 4)
          for (int c = 0; c < 3; ++c) out[c][c][1][1] = 1;
        return out;
      });
  const auto colour = [](double red, double green, double blue) {
    const Tensor values = torch::tensor({red, green, blue}, torch::kFloat64);
    return values.view({1, 3, 1, 1}).expand({1, 3, 16, 16});
  };
  const double red = (0.5 + 0.030) / 0.458, green = (0.2 + 0.088) / 0.448;  // and blue is below 0
  const double other_green = (0.6 + 0.088) / 0.448, blue = (0.4 + 0.188) / 0.450;  // and red is
  const double length = std::hypot(red, green), other_length = std::hypot(other_green, blue);
  const double expected = 5 * (0.5 * std::pow(red / length, 2) +
                               1.0 * std::pow(green / length - other_green / other_length, 2) +
                               2.0 * std::pow(blue / other_length, 2));
  const Tensor distance = weights.lpips().distance(colour(0.5, 0.2, -0.9), colour(-0.7, 0.6, 0.4));
  EXPECT_NEAR(distance.item<double>(), expected, 1e-9);
}

TEST(Lpips, HasTheGradientsOfFiniteDifferencesInBothImages) {
  const Lpips lpips = random_small_lpips(torch::kFloat64).lpips();
  const Tensor a = images(2, torch::kFloat64).requires_grad_();
  const Tensor b = images(3, torch::kFloat64).requires_grad_();
  const Tensor toward_a = images(4, torch::kFloat64), toward_b = images(5, torch::kFloat64);
  const auto gradients = torch::autograd::grad({lpips.distance(a, b).sum()}, {a, b});
  const torch::NoGradGuard no_grad;
  const double step = 1e-6;
  const auto moved = [&](double size) {
    return lpips.distance(a + size * toward_a, b + size * toward_b).sum().item<double>();
  };
  const double slope = (moved(step) - moved(-step)) / (2 * step);
  const double expected =
      ((gradients[0] * toward_a).sum() + (gradients[1] * toward_b).sum()).item<double>();
  EXPECT_NEAR(slope, expected, 1e-5 * std::abs(slope) + 1e-8);
}

TEST(Lpips, HasFiniteGradientsWhereAllFeaturesAreZero) {
  LpipsWeights weights = random_small_lpips();
  weights.backbone["features.2.bias"] -= 1000;
  const Tensor a = images(2).requires_grad_();
  const Tensor gradient =
      torch::autograd::grad({weights.lpips().distance(a, images(3)).sum()}, {a})[0];
  EXPECT_TRUE(torch::equal(gradient, torch::zeros_like(gradient)));
}

TEST(Lpips, TakesOneReferenceForAllImages) {
  const Lpips lpips = random_small_lpips().lpips();
  const Tensor a = images(2), b = images(3).narrow(0, 0, 1);
  EXPECT_TRUE(torch::allclose(lpips.distance(a, b), lpips.distance(a, b.expand_as(a)), 1e-5, 1e-7));
}

TEST(Lpips, NamesTheTensorThatDoesNotFit) {
  const auto error = [](const auto& change) {
    LpipsWeights weights = random_small_lpips();
    change(weights);
    return error_text<FormatError>([&] { weights.lpips(); });
  };
  EXPECT_EQ(error([](LpipsWeights& w) { w.backbone.erase("features.12.bias"); }),
            "tensor 'features.12.bias' is missing");
  EXPECT_EQ(error([](LpipsWeights& w) { w.linear.erase("lin4.model.1.weight"); }),
            "tensor 'lin4.model.1.weight' is missing");
  EXPECT_EQ(error([](LpipsWeights& w) {
              w.backbone["features.7.weight"] = torch::zeros({5, 4, 3, 3});
            }),
            "tensor 'features.7.weight' must have shape [-1, 5, 3, 3], but has [5, 4, 3, 3]");
  EXPECT_EQ(error([](LpipsWeights& w) {
              w.linear["lin1.model.1.weight"] = torch::zeros({1, 6, 1, 1});
            }),
            "tensor 'lin1.model.1.weight' must have shape [1, 5, 1, 1], but has [1, 6, 1, 1]");
  EXPECT_EQ(error([](LpipsWeights& w) { w.linear["lin2.model.1.weight"].fill_(NAN); }),
            "tensor 'lin2.model.1.weight' is not finite");
  EXPECT_EQ(error([](LpipsWeights& w) { w.linear["lin2.model.1.weight"].fill_(-1); }),
            "tensor 'lin2.model.1.weight' must hold no negative number");
}

TEST(Lpips, RefusesImagesOfOtherShapes) {
  const Lpips lpips = random_small_lpips().lpips();
  const auto error = [&](const Shape& image, const Shape& reference) {
    return error_text<ConfigError>(
        [&] { lpips.distance(torch::zeros(image), torch::zeros(reference)); });
  };
  EXPECT_EQ(error({2, 3, 16, 16}, {2, 3, 16, 17}),
            "lpips: reference must have shape [2, 3, 16, 16], but has [2, 3, 16, 17]");
  EXPECT_EQ(error({2, 1, 16, 16}, {2, 1, 16, 16}),
            "lpips: image must have shape [-1, 3, -1, -1], but has [2, 1, 16, 16]");
  EXPECT_EQ(error({1, 3, 15, 16}, {1, 3, 15, 16}),
            "lpips: images must be at least 16 x 16, but have shape [1, 3, 15, 16]");
}

}  // namespace
}  // namespace sgilo
