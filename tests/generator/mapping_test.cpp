#include "sgilo/generator/mapping.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/generator/stylegan2.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// 3 classes, z of 6 numbers, an embedding of 4, layers of 7, 7 and 5 numbers.
MappingNetwork conditional_mapping() {
  torch::manual_seed(2);
  MappingNetwork mapping(MappingOptions{
      .z_dim = 6, .w_dim = 5, .layers = 3, .classes = 3, .hidden = 7, .embedding = 4});
  const torch::NoGradGuard no_grad;
  mapping->embed_bias.normal_();
  return mapping;
}

Tensor one_hot(std::int64_t rows, std::int64_t classes, std::int64_t index) {
  Tensor labels = torch::zeros({rows, classes});
  labels.select(1, index).fill_(1);
  return labels;
}

Tensor z() { return RandomStreams(4).normal({2, 6}); }

Tensor normalised(const Tensor& x) { return x / (x.square().mean(1, true) + 1e-8).sqrt(); }

TEST(Mapping, AClassChangesTheStyle) {
  MappingNetwork mapping = conditional_mapping();
  const Tensor first = mapping->forward(z(), one_hot(2, 3, 0)),
               second = mapping->forward(z(), one_hot(2, 3, 1));
  EXPECT_EQ(first.sizes(), (torch::IntArrayRef{2, 5}));
  EXPECT_FALSE(torch::allclose(first, second, 1e-2, 1e-2));
  Tensor mixed = one_hot(2, 3, 0);
  mixed[1] = one_hot(1, 3, 1)[0];
  const Tensor both = mapping->forward(z(), mixed);
  EXPECT_TRUE(torch::allclose(both[0], first[0], 1e-6, 1e-6));
  EXPECT_TRUE(torch::allclose(both[1], second[1], 1e-6, 1e-6));
}

// A class becomes its column of the embedding, normalised as z is and standing behind it.
TEST(Mapping, LayersTakeNormalisedInputAndClass) {
  MappingNetwork mapping = conditional_mapping();
  const Tensor column = mapping->embed_weight.select(1, 2) / std::sqrt(3.0) + mapping->embed_bias;
  Tensor x = torch::cat({normalised(z()), normalised(column.unsqueeze(0)).expand({2, 4})}, 1);
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor& weight = mapping->weights[i];
    x = x.matmul(weight.t()) * (0.01 / std::sqrt(static_cast<double>(weight.size(1)))) +
        0.01 * mapping->biases[i];
    x = torch::where(x < 0, 0.2 * x, x) * std::sqrt(2.0);
  }
  EXPECT_TRUE(torch::allclose(mapping->forward(z(), one_hot(2, 3, 2)), x, 1e-5, 1e-6));
}

TEST(Mapping, AConditionalNetworkNeedsItsClasses) {
  MappingNetwork mapping = conditional_mapping();
  EXPECT_EQ(error_text<ConfigError>([&] { mapping->forward(z()); }),
            "the generator has 3 classes, and none is named");
  EXPECT_EQ(error_text<ConfigError>([&] { mapping->forward(z(), one_hot(2, 4, 0)); }),
            "labels must have shape [2, 3], but has [2, 4]");
}

TEST(Mapping, TruncationMovesTheFirstRowsTowardsTheMean) {
  const Tensor ws = RandomStreams(4).normal({2, 4, 5}), mean = RandomStreams(5).normal({5});
  EXPECT_TRUE(torch::equal(truncate(ws, mean, 1), ws));
  EXPECT_TRUE(torch::allclose(truncate(ws, mean, 0), mean.expand_as(ws)));
  EXPECT_TRUE(torch::allclose(truncate(ws, mean, 0.7), 0.3 * mean + 0.7 * ws, 1e-5, 1e-6));
  const Tensor cut = truncate(ws, mean, 0.7, 3);
  EXPECT_TRUE(torch::allclose(cut.narrow(1, 0, 3), truncate(ws, mean, 0.7).narrow(1, 0, 3)));
  EXPECT_TRUE(torch::equal(cut.select(1, 3), ws.select(1, 3)));
  EXPECT_TRUE(torch::equal(truncate(ws, mean, 0.7, 9), truncate(ws, mean, 0.7)));
}

// A conditional generator of 8 x 8 pixels with all of the mapping's sizes different.
StyleGan2 conditional_generator() {
  torch::manual_seed(2);
  return StyleGan2(StyleGan2Options{
      {.z_dim = 6, .w_dim = 5, .layers = 3, .classes = 3, .hidden = 7, .embedding = 4},
      {5, {4, 3}, 0.0}});
}

TEST(Mapping, SizesAndClassesAreReadOffTheTensors) {
  StyleGan2 network = conditional_generator();
  StyleGan2 read = stylegan2_from_state(state_of(*network));
  const MappingOptions& o = read->mapping->options;
  EXPECT_EQ(o.z_dim, 6);
  EXPECT_EQ(o.w_dim, 5);
  EXPECT_EQ(o.layers, 3);
  EXPECT_EQ(o.hidden, 7);
  EXPECT_EQ(o.embedding, 4);
  EXPECT_EQ(o.classes, 3);
  const Tensor labels = one_hot(2, 3, 1);
  EXPECT_TRUE(torch::equal(read->styles(z(), 1, -1, labels), network->styles(z(), 1, -1, labels)));
}

TEST(Mapping, AnEmbeddingThatDoesNotFitIsNamed) {
  const auto refusal = [](const std::string& name, const Tensor& instead) {
    StateDict state = state_of(*conditional_generator());
    state.erase(name);
    if (instead.defined()) state[name] = instead;
    return error_text<FormatError>([&] { stylegan2_from_state(state); });
  };
  EXPECT_EQ(refusal("mapping.embed.weight", torch::ones({4})),
            "tensor 'mapping.embed.weight' must have shape [embedding, classes], but has [4]");
  EXPECT_EQ(refusal("mapping.embed.weight", torch::ones({10, 3})),
            "tensor 'mapping.embed.weight' must have shape [embedding, classes], but has [10, 3]");
  EXPECT_EQ(refusal("mapping.embed.bias", {}), "tensor 'mapping.embed.bias' is missing");
  EXPECT_EQ(refusal("mapping.embed.weight", {}),
            "tensor 'mapping.embed.bias' belongs to no part of the network");
  EXPECT_EQ(refusal("mapping.fc1.weight", torch::ones({7, 6})),
            "tensor 'mapping.fc1.weight' must have shape [7, 7], but has [7, 6]");
  EXPECT_EQ(refusal("mapping.fc0.weight", torch::ones({7})),
            "tensor 'mapping.fc0.weight' must have 2 axes above 0, but has shape [7]");
}

// Sizes come from the biases, before the weights are there to bear them out.
TEST(Mapping, SizesThatAFileOnlyClaimsTakeNoMemory) {
  StateDict state = state_of(*conditional_generator());
  const std::string name = "synthesis.b4.conv1.bias";
  state[name] = torch::zeros({1}).expand({1 << 24});
  EXPECT_NE(error_text<FormatError>([&] { stylegan2_from_state(state); }), "");
  state = state_of(*conditional_generator());
  for (std::int64_t r = 16; r <= 8192; r *= 2)
    state[concat("synthesis.b", r, ".conv1.bias")] = torch::zeros({3});
  EXPECT_EQ(error_text<FormatError>([&] { stylegan2_from_state(state); }),
            "tensor 'synthesis.b8192.conv1.bias' is of a generator above 4096x4096, the largest "
            "that is read");
}

}  // namespace
}  // namespace sgilo
