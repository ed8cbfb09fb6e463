#include "sgilo/released/released_transformer.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// Maps [3, 3, 3] (9 tokens, so that the time embedding has 10 entries), width 8, 2 heads, 2 layers.
StateDict released_weights() {
  std::vector<std::pair<std::string, Shape>> shapes{{"pos_embedding", {1, 9, 8}},
                                                    {"dense.dense.weight", {10, 10}},
                                                    {"dense.dense.bias", {10}},
                                                    {"embed.0.W", {5}},
                                                    {"embed.1.weight", {10, 10}},
                                                    {"embed.1.bias", {10}},
                                                    {"to_patch_embedding.1.weight", {8, 3}},
                                                    {"to_patch_embedding.1.bias", {8}},
                                                    {"projector.weight", {3, 8}},
                                                    {"projector.bias", {3}}};
  for (const std::string layer : {"transformer.layers.0.", "transformer.layers.1."}) {
    for (const std::string norm : {"0.fn.norm.", "1.fn.norm."}) {
      shapes.push_back({layer + norm + "weight", {8}});
      shapes.push_back({layer + norm + "bias", {8}});
    }
    shapes.push_back({layer + "0.fn.fn.to_qkv.weight", {384, 8}});
    shapes.push_back({layer + "0.fn.fn.to_out.0.weight", {8, 128}});
    shapes.push_back({layer + "0.fn.fn.to_out.0.bias", {8}});
    shapes.push_back({layer + "1.fn.fn.net.0.weight", {32, 8}});
    shapes.push_back({layer + "1.fn.fn.net.0.bias", {32}});
    shapes.push_back({layer + "1.fn.fn.net.3.weight", {8, 32}});
    shapes.push_back({layer + "1.fn.fn.net.3.bias", {8}});
  }
  StateDict weights;
  for (const auto& [name, shape] : shapes)
    weights[name] = RandomStreams(1).child(name).normal(shape) * 0.3;
  return weights;
}

Tensor input() { return RandomStreams(2).normal({2, 3, 3, 3}); }

TEST(ReleasedTransformer, TakesItsSizesFromTheWeights) {
  const ReleasedTransformer network(released_weights(), {3, 3, 3});
  EXPECT_EQ(network.describe(), "released transformer (2 layers, width 8, 2 heads, patch 1)");
  EXPECT_EQ(network.forward(input(), torch::full({2}, 0.1)).sizes(), input().sizes());
}

TEST(ReleasedTransformer, AcceptsNamesOfDataParallelTraining) {
  const ReleasedTransformer plain(released_weights(), {3, 3, 3});
  const ReleasedTransformer prefixed(with_prefix(released_weights(), "module."), {3, 3, 3});
  const Tensor t = torch::full({2}, 0.1);
  EXPECT_TRUE(torch::equal(plain.forward(input(), t), prefixed.forward(input(), t)));
}

// What the time changes is one number per token times the row sums of the projector.
TEST(ReleasedTransformer, HardlyKnowsTheTime) {
  const StateDict weights = released_weights();
  const ReleasedTransformer network(weights, {3, 3, 3});
  const Tensor change = network.forward(input(), torch::full({2}, 0.9)) -
                        network.forward(input(), torch::full({2}, 0.1));
  const Tensor direction = weights.at("projector.weight").sum(1).view({1, 3, 1, 1});
  const Tensor amount = (change * direction).sum(1, true) / direction.square().sum();
  EXPECT_LT((change - amount * direction).abs().max().item<double>(), 1e-4);
  EXPECT_GT(amount.abs().max().item<double>(), 1e-2);
}

TEST(ReleasedTransformer, GivesTheScoreByTheStandardDeviation) {
  const ReleasedTransformer network(released_weights(), {3, 3, 3});
  const Sde sde;
  const Tensor t = torch::tensor({0.1, 0.4});
  EXPECT_TRUE(torch::allclose(released_score(network, sde)(input(), t),
                              -network.forward(input(), t) / sde.std(t).view({2, 1, 1, 1})));
}

TEST(ReleasedTransformer, NamesATensorThatIsMissingOrDoesNotFit) {
  StateDict weights = released_weights();
  weights.erase("transformer.layers.1.1.fn.fn.net.3.bias");
  EXPECT_EQ(error_text<FormatError>([&] {
              ReleasedTransformer(weights, {3, 3, 3});
            }),
            "tensor 'transformer.layers.1.1.fn.fn.net.3.bias' is missing");
  weights = released_weights();
  weights["embed.0.W"] = torch::zeros({4});
  EXPECT_EQ(error_text<FormatError>([&] {
              ReleasedTransformer(weights, {3, 3, 3});
            }),
            "tensor 'embed.0.W' must have shape [5], but has [4]");
  EXPECT_EQ(error_text<FormatError>([&] {
              ReleasedTransformer(released_weights(), {3, 4, 4});
            }),
            "tensor 'pos_embedding' must have shape [1, 16, 8], but has [1, 9, 8]");
}

}  // namespace
}  // namespace sgilo
