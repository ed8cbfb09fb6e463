#include "sgilo/released/released_generator.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

std::vector<RandomStreams> rows(std::int64_t count) {
  std::vector<RandomStreams> out;
  for (std::int64_t i = 0; i < count; ++i)
    out.push_back(RandomStreams(1).child("row", static_cast<std::uint64_t>(i)));
  return out;
}

// Untrained, of 16 x 16 pixels, with noise inputs that matter.
StyleGan2 small_network() {
  torch::manual_seed(3);
  StyleGan2 network(StyleGan2Options{{6, 6, 2, 0.01}, {6, {5, 4, 3}, 0.0}});
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters())
    if (item.key().find("noise_strength") != std::string::npos) item.value().fill_(0.3);
  return network;
}

TEST(ReleasedGenerator, MakesTheNetworksImageFromItsFirstStage) {
  StyleGan2 network = small_network();
  const ReleasedGenerator generator(network);
  const LatentState state = generator.draw(0, rows(2));
  Noises noises;
  for (int j = 0; j < 5; ++j) noises.push_back(state.at(concat("noise_", j)).unsqueeze(1));
  const Tensor ws = network->styles(state.at("styles").select(1, 0));
  EXPECT_TRUE(torch::allclose(generator.decode(state), network->synthesis->forward(ws, noises),
                              1e-5, 1e-5));
}

TEST(ReleasedGenerator, MapsEachStyleRowByItself) {
  StyleGan2 network = small_network();
  const ReleasedGenerator generator(network);
  const Tensor z = RandomStreams(2).normal({2, 6, 6});
  EXPECT_TRUE(torch::allclose(generator.styles(z)[1][4],
                              network->mapping->forward(z[1][4].unsqueeze(0))[0], 1e-5, 1e-6));
  const ReleasedGenerator fitted(network,
                                 GaussianStyles{torch::full({6}, -1.0f), torch::full({6}, 2.0f)});
  const Tensor u = 2 * z - 1;
  EXPECT_TRUE(torch::allclose(fitted.styles(z), torch::where(u < 0, 0.2 * u, u)));
}

TEST(ReleasedGenerator, StartsALayerWithoutTheSkipImage) {
  StyleGan2 network = small_network();
  const ReleasedGenerator generator(network);
  const LatentState start = generator.draw(0, rows(2));
  const LatentState state = generator.advance(start, 2);
  EXPECT_EQ(state.at("features").sizes(), (torch::IntArrayRef{2, 4, 8, 8}));
  EXPECT_TRUE(state.has("noise_0"));
  const Tensor ws = generator.styles(start.at("styles"));
  Noises noises;
  for (int j = 0; j < 5; ++j) noises.push_back(start.at(concat("noise_", j)).unsqueeze(1));
  const BlockState before = network->synthesis->run({}, ws, noises, 0, 1);
  EXPECT_TRUE(torch::allclose(state.at("features"), before.features, 1e-5, 1e-5));
  const BlockState last = network->synthesis->run({before.features, {}}, ws, noises, 2, 2);
  EXPECT_TRUE(torch::allclose(generator.decode(state), last.skip, 1e-5, 1e-5));
  EXPECT_FALSE(torch::allclose(generator.decode(state), generator.decode(start), 1e-2, 1e-2));
}

TEST(ReleasedGenerator, IgnoresTheLimitsOfActivations) {
  StyleGan2 network = small_network();
  network->synthesis->options.clamp = 0.01;
  const ReleasedGenerator generator(network);
  EXPECT_GT(generator.draw(1, rows(1)).at("features").abs().max().item<float>(), 0.1f);
}

TEST(ReleasedGenerator, RefusesWhatDoesNotFit) {
  StyleGan2 network = small_network();
  EXPECT_EQ(error_text<FormatError>([&] {
              ReleasedGenerator(network, GaussianStyles{torch::zeros({4}), torch::ones({4})});
            }),
            "the Gaussian styles must have the generator's 6 numbers, but have 4");
  EXPECT_EQ(error_text<FormatError>([] {
              GaussianStyles::from_state({{"mean", torch::zeros({4})}, {"std", torch::ones({5})}});
            }),
            "tensors 'mean' and 'std' must both have the shape [styles], but have [4] and [5]");
  const ReleasedGenerator generator(network);
  EXPECT_EQ(error_text<ConfigError>([&] { generator.advance(generator.draw(1, rows(1)), 3); }),
            "a state of layer 1 can go on to layers 1 to 2, not to 3");
}

}  // namespace
}  // namespace sgilo
