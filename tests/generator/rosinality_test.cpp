#include "sgilo/generator/rosinality.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/core/shape.h"
#include "sgilo/generator/stylegan2.h"
#include "support/error_text.h"
#include "support/rosinality_names.h"

namespace sgilo {
namespace {

// Untrained, of 16 x 16 pixels, with noises, biases and a mean style that matter.
StyleGan2 small_network(std::vector<std::int64_t> widths = {5, 4, 3}) {
  torch::manual_seed(3);
  StyleGan2 network(
      StyleGan2Options{{.z_dim = 6, .w_dim = 6, .layers = 2}, {6, std::move(widths), 0.0}});
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters())
    if (item.key().find("noise_strength") != std::string::npos || item.key().ends_with("bias"))
      item.value().add_(0.3 * torch::randn_like(item.value()));
  network->mapping->w_avg.copy_(torch::randn({6}));
  return network;
}

// Copies, since the weights are scaled in place.
StateDict g_ema(StyleGan2 network) {
  StateDict out;
  for (const auto& [name, tensor] : rosinality_names(state_of(*network)))
    out[name] = tensor.clone();
  return out;
}

StyleGan2 adopted(StateDict state, const Tensor& style_average = {}) {
  return stylegan2_from_state(native_from_rosinality(std::move(state), style_average));
}

Tensor image(StyleGan2 network, double psi = 1) {
  const torch::NoGradGuard no_grad;
  return network->synthesis->forward(network->styles(RandomStreams(2).normal({2, 6}), psi),
                                     network->synthesis->constant_noises());
}

std::string refusal(const std::string& name, const Tensor& instead, const Tensor& average = {}) {
  StateDict state = g_ema(small_network());
  EXPECT_EQ(state.count(name), 1u) << name;
  state.erase(name);
  if (instead.defined()) state[name] = instead;
  return error_text<FormatError>([&] { adopted(state, average); });
}

TEST(Rosinality, IsRecognisedByItsNames) {
  EXPECT_TRUE(is_rosinality(g_ema(small_network())));
  EXPECT_FALSE(is_rosinality(state_of(*small_network())));
}

TEST(Rosinality, MakesTheImageOfTheSameGeneratorUnderNvidiasNames) {
  StyleGan2 network = small_network();
  StyleGan2 read = adopted(g_ema(network), network->mapping->w_avg.unsqueeze(0).clone());
  EXPECT_TRUE(torch::allclose(image(read), image(network), 1e-5, 1e-5));
  EXPECT_TRUE(torch::allclose(image(read, 0.5), image(network, 0.5), 1e-5, 1e-5));
  EXPECT_FALSE(torch::allclose(image(network, 0.5), image(network), 1e-2, 1e-2));
  const StateDict expected = state_of(*network);
  for (const auto& [name, tensor] : state_of(*read))
    EXPECT_TRUE(torch::allclose(tensor, expected.at(name), 1e-6, 1e-7)) << name;
}

// One block, written down: y = sqrt(2) lrelu(conv(x, d W') + noise + bias) with W' = W s /
// sqrt(9 in) and d = 1 / sqrt(sum W'^2 + 1e-8), for weights so small that the 1e-8 matters.
TEST(Rosinality, ScalesWeightsBeforeTheDemodulation) {
  StateDict state = g_ema(small_network({5}));
  state["conv1.conv.weight"].mul_(1e-5);
  const auto at = [&](const std::string& name) { return state.at(name).clone(); };
  const Tensor w = RandomStreams(2).normal({1, 6});
  const auto style = [&](const std::string& layer) {
    return at(layer + ".conv.modulation.weight").matmul(w[0]) / std::sqrt(6.0) +
           at(layer + ".conv.modulation.bias");
  };
  const Tensor weight =
      at("conv1.conv.weight")[0] / std::sqrt(45.0) * style("conv1").view({1, 5, 1, 1});
  const Tensor demodulation = (weight.square().sum({1, 2, 3}, true) + 1e-8).rsqrt();
  Tensor x = torch::conv2d(at("input.input"), weight * demodulation, {}, 1, 1);
  x = x + at("conv1.noise.weight") * at("noises.noise_0") +
      at("conv1.activate.bias").view({1, 5, 1, 1});
  x = torch::leaky_relu(x, 0.2) * std::sqrt(2.0);
  const Tensor to_rgb =
      at("to_rgb1.conv.weight")[0] / std::sqrt(5.0) * style("to_rgb1").view({1, 5, 1, 1});
  const Tensor expected = torch::conv2d(x, to_rgb) + at("to_rgb1.bias");

  const torch::NoGradGuard no_grad;
  StyleGan2 read = adopted(state);
  const Tensor made = read->synthesis->forward(w.unsqueeze(1).expand({1, 2, 6}),
                                               read->synthesis->constant_noises());
  EXPECT_TRUE(torch::allclose(made, expected, 1e-5, 1e-5));
  EXPECT_GT(demodulation.max().item<double>(), 3e3);  // of 1e4, the largest
}

TEST(Rosinality, OlderFilesHaveNoNoises) {
  StyleGan2 network = small_network();
  StateDict state = g_ema(network);
  std::erase_if(state, [](const auto& item) { return item.first.starts_with("noises."); });
  StyleGan2 read = adopted(state);
  for (const Tensor& noise : read->synthesis->constant_noises())
    EXPECT_TRUE(torch::equal(noise, torch::zeros_like(noise)));
  const torch::NoGradGuard no_grad;
  const Tensor ws = network->styles(RandomStreams(2).normal({2, 6}));
  EXPECT_TRUE(torch::allclose(image(read), network->synthesis->forward(ws, Noises()), 1e-5, 1e-5));
}

TEST(Rosinality, WithoutAMeanStyleItIsZero) {
  StyleGan2 read = adopted(g_ema(small_network()));
  EXPECT_TRUE(torch::equal(read->mapping->w_avg, torch::zeros({6})));
}

TEST(Rosinality, MissingTensorsAreNamed) {
  for (const char* name :
       {"style.1.weight", "style.1.bias", "style.2.weight", "conv1.activate.bias",
        "conv1.noise.weight", "conv1.conv.modulation.weight", "to_rgb1.bias", "convs.0.conv.weight",
        "convs.3.conv.modulation.bias", "convs.3.conv.weight", "to_rgbs.0.bias", "to_rgbs.1.bias",
        "to_rgbs.1.conv.weight", "to_rgbs.0.conv.modulation.weight"})
    EXPECT_EQ(refusal(name, {}), concat("tensor '", name, "' is missing"));
}

TEST(Rosinality, MisshapenTensorsAreNamedAsTheFileNamesThem) {
  const struct {
    const char* name;
    Shape found;
    const char* must;
  } cases[] = {{"style.1.weight", {6, 5}, "[6, 6]"},
               {"style.1.bias", {1, 2, 6}, "[-1]"},
               {"style.2.bias", {}, "[6]"},
               {"input.input", {2, 5, 4, 4}, "[-1, 4, 4]"},
               {"input.input", {1, 5, 8, 8}, "[-1, 4, 4]"},
               {"conv1.conv.weight", {1, 5, 4, 3, 3}, "[5, 5, 3, 3]"},
               {"conv1.conv.modulation.weight", {}, "[5, 6]"},
               {"conv1.noise.weight", {2}, "[]"},
               {"to_rgb1.bias", {3}, "[-1, 1, 1]"},
               {"convs.0.conv.weight", {0, 0, 0, 0, 0}, "[-1, 5, 3, 3]"},
               {"convs.1.activate.bias", {5}, "[4]"},
               {"convs.2.conv.weight", {1, 3, 4, 1, 1}, "[-1, 4, 3, 3]"},
               {"to_rgbs.1.conv.weight", {1, 4, 3, 1, 1}, "[3, 3, 1, 1]"},
               {"noises.noise_4", {1, 1, 8, 8}, "[16, 16]"}};
  for (const auto& c : cases)
    EXPECT_EQ(refusal(c.name, torch::ones(c.found)),
              concat("tensor '", c.name, "' must have shape ", c.must,
                     " behind leading ones, but has ", shape_text(c.found)));
  EXPECT_EQ(refusal("conv1.noise.weight", torch::ones({1}), torch::ones({5})),
            "tensor 'latent_avg' must have shape [6] behind leading ones, but has [5]");
}

TEST(Rosinality, NamesOfHugeGeneratorsTakeNoMemory) {
  StateDict state = g_ema(small_network());
  state["to_rgbs.40.bias"] = torch::zeros({1, 3, 1, 1});
  EXPECT_EQ(error_text<FormatError>([&] { adopted(state); }),
            "the generator has 42 blocks, but at most 11 (4096x4096) are read");
  state.erase("to_rgbs.40.bias");
  state["convs.2147483647.noise.weight"] = torch::zeros({1});
  EXPECT_EQ(error_text<FormatError>([&] { adopted(state); }),
            "the generator has 1073741825 blocks, but at most 11 (4096x4096) are read");
  state.erase("convs.2147483647.noise.weight");
  state["style.9223372036854775807.weight"] = torch::zeros({1});
  state["convs.x.bias"] = torch::zeros({1});
  EXPECT_EQ(error_text<FormatError>([&] { adopted(state); }),
            "tensor 'convs.x.bias' belongs to no part of the network");
}

}  // namespace
}  // namespace sgilo
