#include "sgilo/score/vision_transformer.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

VisionTransformerOptions small() {
  VisionTransformerOptions options;
  options.width = 24;
  options.layers = 2;
  options.heads = 2;
  return options;
}

// Every weight moved, as training does: an untrained network is zero by construction.
VisionTransformer moved(const Shape& shape, const VisionTransformerOptions& options) {
  VisionTransformer network(shape, options, RandomStreams(1));
  const torch::NoGradGuard no_grad;
  std::uint64_t index = 0;
  for (Tensor& parameter : network->parameters())
    parameter += RandomStreams(2).child(index++).normal(parameter.sizes()) * 0.2;
  return network;
}

Tensor input(std::int64_t rows, const Shape& shape) {
  return RandomStreams(3).normal({rows, shape[0], shape[1], shape[2]});
}

TEST(VisionTransformer, KeepsTheShapeOfMapsAndStyleRows) {
  for (const Shape& shape : {Shape{5, 4, 6}, Shape{16, 10, 1}}) {
    VisionTransformer network = moved(shape, small());
    const Tensor x = input(3, shape);
    EXPECT_EQ(network->forward(x, torch::zeros({3})).sizes(), x.sizes());
  }
}

TEST(VisionTransformer, StartsAsZeroWithWeightsOfItsStreamsAlone) {
  VisionTransformer a(Shape{3, 4, 4}, small(), RandomStreams(1)),
      b(Shape{3, 4, 4}, small(), RandomStreams(1));
  VisionTransformer other(Shape{3, 4, 4}, small(), RandomStreams(2));
  const Tensor x = input(2, {3, 4, 4});
  EXPECT_EQ(a->forward(x, torch::ones({2})).abs().max().item<double>(), 0);
  for (std::size_t i = 0; i < a->parameters().size(); ++i)
    EXPECT_TRUE(torch::equal(a->parameters()[i], b->parameters()[i]));
  EXPECT_FALSE(torch::equal(a->named_parameters()["patch.weight"],
                            other->named_parameters()["patch.weight"]));
}

TEST(VisionTransformer, KnowsTheNoiseLevelInEveryLayer) {
  TransformerLayer layer(24, 2, 48);
  const Tensor tokens = RandomStreams(3).normal({2, 5, 24});
  const auto modulations = [&](std::uint64_t seed) {
    return layer->modulation(RandomStreams(seed).normal({2, 24}));
  };
  const Tensor low = modulations(4), high = modulations(5);
  const Tensor a = layer->forward(tokens, low, ProductSettings());
  const Tensor b = layer->forward(tokens, high, ProductSettings());
  // More than a constant per token: the difference survives the next normalisation.
  const Tensor difference = a - b;
  EXPECT_GT((difference - difference.mean(2, true)).abs().mean().item<double>(), 1e-3);

  VisionTransformer network = moved({3, 4, 4}, small());
  const Tensor x = input(1, {3, 4, 4});
  const Tensor change =
      network->forward(x, torch::full({1}, 0.5)) - network->forward(x, torch::full({1}, -0.5));
  EXPECT_GT(change.abs().mean().item<double>(), 1e-2);
  EXPECT_GT((change - change.mean({2, 3}, true)).abs().mean().item<double>(), 1e-3);
}

TEST(VisionTransformer, RowsOfOneLevelShareItsModulations) {
  VisionTransformer network = moved({3, 4, 4}, small());
  const Tensor x = input(3, {3, 4, 4});
  const torch::NoGradGuard no_grad;
  const auto by_rows = [&](const std::vector<float>& levels) {
    std::vector<Tensor> rows;
    for (std::int64_t i = 0; i < 3; ++i)
      rows.push_back(network->forward(x.narrow(0, i, 1),
                                      torch::full({1}, levels[static_cast<std::size_t>(i)])));
    return torch::cat(rows);
  };
  const auto expect_same = [](const Tensor& got, const Tensor& want) {
    EXPECT_LT((got - want).abs().max().item<double>(), 1e-5);
  };
  const Tensor first = network->forward(x, torch::full({3}, 0.3));
  expect_same(first, by_rows({0.3f, 0.3f, 0.3f}));
  EXPECT_TRUE(torch::equal(network->forward(x, torch::full({3}, 0.3)), first));  // kept
  expect_same(network->forward(x, torch::tensor({0.3f, -0.4f, 0.3f})),
              by_rows({0.3f, -0.4f, 0.3f}));
  expect_same(network->forward(x, torch::full({3}, -0.4)), by_rows({-0.4f, -0.4f, -0.4f}));

  for (Tensor& parameter : network->parameters()) parameter.mul_(0.5);  // and not kept too long
  const Tensor halved = network->forward(x, torch::full({3}, -0.4));
  expect_same(halved, by_rows({-0.4f, -0.4f, -0.4f}));
  const torch::AutoGradMode with_gradients(true);
  expect_same(network->forward(x, torch::full({3}, -0.4)).detach(), halved);
}

// Identity weights: each patch returns where it came from, normalised over its own numbers.
TEST(VisionTransformer, UndoesItsPatches) {
  VisionTransformerOptions options = small();
  options.width = 12;
  options.patch = 2;
  VisionTransformer network(Shape{3, 4, 6}, options, RandomStreams(1));
  const torch::NoGradGuard no_grad;
  auto parameters = network->named_parameters();
  parameters["patch.weight"].copy_(torch::eye(12));
  parameters["unpatch.weight"].copy_(torch::eye(12));
  parameters["positions"].zero_();
  const Tensor x = input(2, {3, 4, 6});
  const Tensor out = network->forward(x, torch::zeros({2}));
  for (std::int64_t row = 0; row < 4; row += 2)
    for (std::int64_t column = 0; column < 6; column += 2) {
      const auto patch = [&](const Tensor& of) {
        return of.narrow(2, row, 2).narrow(3, column, 2).reshape({2, 12});
      };
      EXPECT_TRUE(
          torch::allclose(patch(out), torch::layer_norm(patch(x), {12}, {}, {}, 1e-6), 1e-4, 1e-5));
    }
}

TEST(VisionTransformer, TellsRowsFromColumns) {
  VisionTransformer network(Shape{3, 4, 4}, small(), RandomStreams(1));
  const Tensor positions = network->named_parameters()["positions"];
  const Tensor distances = torch::cdist(positions, positions) + torch::eye(16) * 100;
  EXPECT_GT(distances.min().item<double>(), 0.05);
}

TEST(VisionTransformer, HasTheGradientOfFiniteDifferences) {
  VisionTransformerOptions options = small();
  options.condition_size = 4;
  VisionTransformer network = moved({3, 2, 2}, options);
  network->to(torch::kFloat64);
  network->products.type = torch::kFloat64;
  const torch::TensorOptions f64(torch::kFloat64);
  const Tensor direction = RandomStreams(6).normal({2, 3, 2, 2}).to(f64);
  const Tensor level = torch::tensor({0.3, -0.8}, f64);
  const Tensor condition = RandomStreams(7).normal({2, 4}).to(f64);
  const auto value = [&](const Tensor& x) {
    return network->forward(x, level, condition).square().sum();
  };
  const Tensor x = input(2, {3, 2, 2}).to(f64).requires_grad_();
  const double slope = (torch::autograd::grad({value(x)}, {x})[0] * direction).sum().item<double>();
  const double h = 1e-5;
  const Tensor at = x.detach();
  EXPECT_NEAR(slope,
              (value(at + direction * h) - value(at - direction * h)).item<double>() / (2 * h),
              1e-6 * std::abs(slope) + 1e-7);
}

TEST(VisionTransformer, ListensToItsConditionAndDoesWithoutIt) {
  VisionTransformerOptions options = small();
  options.condition_size = 4;
  VisionTransformer network = moved({3, 4, 4}, options);
  const Tensor x = input(2, {3, 4, 4}), level = torch::zeros({2});
  const Tensor none = network->forward(x, level);
  const Tensor some = network->forward(x, level, torch::ones({2, 4}));
  EXPECT_GT((some - none).abs().mean().item<double>(), 1e-3);
  EXPECT_EQ(error_text<ConfigError>([&] {
              network->forward(x, level, torch::ones({2, 3}));
            }),
            "the condition of the vision transformer must have shape [2, 4], but has [2, 3]");
  VisionTransformer plain = moved({3, 4, 4}, small());
  EXPECT_EQ(error_text<ConfigError>([&] {
              plain->forward(x, level, torch::ones({2, 4}));
            }),
            "the vision transformer has condition_size 0, but got a condition");
}

TEST(VisionTransformer, ComputesNearlyTheSameInBfloat16) {
  VisionTransformer network = moved({3, 4, 4}, small());
  const Tensor x = input(2, {3, 4, 4}), level = torch::zeros({2});
  const Tensor exact = network->forward(x, level);
  network->products.type = torch::kBFloat16;
  const Tensor rounded = network->forward(x, level);
  EXPECT_EQ(rounded.scalar_type(), torch::kFloat32);
  EXPECT_LT((rounded - exact).norm().item<double>(), 0.03 * exact.norm().item<double>());
}

TEST(VisionTransformer, ComputesTheSameByConvolutions) {
  VisionTransformerOptions options = small();
  options.width = 512;
  VisionTransformer network = moved({3, 8, 8}, options);
  for (Tensor& parameter : network->parameters()) parameter.requires_grad_(false);
  const Tensor x = input(2, {3, 8, 8}), level = torch::zeros({2});
  const Tensor exact = network->forward(x, level);
  network->products.linear_way = LinearWay::convolution;
  const Tensor same = network->forward(x, level);
  EXPECT_LT((same - exact).norm().item<double>(), 1e-5 * exact.norm().item<double>());
}

TEST(VisionTransformer, RefusesSizesThatDoNotDivide) {
  VisionTransformerOptions options = small();
  options.patch = 2;
  EXPECT_EQ(
      error_text<ConfigError>([&] {
        VisionTransformer(Shape{3, 4, 5}, options, RandomStreams(1));
      }),
      "a vision transformer of patch 2 needs maps [channels, height, width] of whole patches, but "
      "has [3, 4, 5]");
  options = small();
  options.heads = 5;
  EXPECT_EQ(error_text<ConfigError>([&] {
              VisionTransformer(Shape{3, 4, 4}, options, RandomStreams(1));
            }),
            "network.width must be a multiple of 4 and of heads = 5, but is 24");
}

}  // namespace
}  // namespace sgilo
