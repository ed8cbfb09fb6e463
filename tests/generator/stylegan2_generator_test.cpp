#include "sgilo/generator/stylegan2_generator.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

std::vector<RandomStreams> rows(std::int64_t count, std::uint64_t seed = 1) {
  std::vector<RandomStreams> out;
  for (std::int64_t i = 0; i < count; ++i)
    out.push_back(RandomStreams(seed).child("row", static_cast<std::uint64_t>(i)));
  return out;
}

// An untrained network of 32 x 32 pixels whose noise inputs matter.
StyleGan2Generator small_generator() {
  torch::manual_seed(3);
  StyleGan2 network(StyleGan2Options{{12, 12, 2, 0.01}, {12, {10, 8, 6, 4}, 0.0}});
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters())
    if (item.key().find("noise_strength") != std::string::npos) item.value().fill_(0.3);
  Observer silent;
  const auto coordinates = *estimate_coordinates(network, 64, RandomStreams(5), silent);
  return {network, coordinates};
}

TEST(StyleGan2Generator, DecodesTheSameImageFromEveryLayer) {
  const StyleGan2Generator generator = small_generator();
  ASSERT_EQ(generator.layers(), 3);
  const LatentState start = generator.draw_mixed(0, rows(3));
  const Tensor image = generator.decode(start);
  ASSERT_EQ(image.sizes(), (torch::IntArrayRef{3, 3, 32, 32}));
  for (int layer = 1; layer <= generator.layers(); ++layer) {
    const LatentState state = generator.advance(start, layer);
    EXPECT_TRUE(torch::allclose(generator.decode(state), image, 1e-4, 1e-4)) << "layer " << layer;
    EXPECT_EQ(state.at("features").sizes().slice(1), generator.variable_shape(layer, "features"));
  }
  const LatentState in_two = generator.advance(generator.advance(start, 1), 3);
  EXPECT_TRUE(torch::allclose(generator.decode(in_two), image, 1e-4, 1e-4));
}

TEST(StyleGan2Generator, KeepsOnlyTheNoiseInputsOfTheBlocksInPlay) {
  const StyleGan2Generator generator = small_generator();
  const LatentState state = generator.draw(2, rows(1));
  EXPECT_FALSE(state.has("noise_2"));
  EXPECT_TRUE(state.has("noise_3"));
  EXPECT_TRUE(state.has("noise_6"));
  EXPECT_EQ(state.variables.size(), 2u + 4u);
}

TEST(StyleGan2Generator, StylesReturnFromTheirCoordinates) {
  const StyleGan2Generator generator = small_generator();
  StyleGan2 network = generator.network();
  const Tensor ws = network->styles(RandomStreams(2).normal({5, 12}));
  const Tensor z = generator.coordinates_from_styles(ws);
  EXPECT_TRUE(torch::allclose(generator.styles_from_coordinates(z), ws, 1e-4, 1e-4));
}

TEST(StyleGan2Generator, CoordinatesOfRandomInputsAreStandardised) {
  const StyleGan2Generator generator = small_generator();
  const LatentState state = generator.draw_mixed(2, rows(2000, 9));
  const Tensor z = state.at("styles").select(1, 0).to(torch::kFloat64);
  const Tensor covariance = z.t().matmul(z) / 2000;
  // Standard error of a covariance entry is at most sqrt(2/2000) = 0.032; 78 entries, 5 errors.
  EXPECT_LT((covariance - torch::eye(12, torch::kFloat64)).abs().max().item<double>(), 0.25);
  const Tensor x = state.at("features");
  EXPECT_LT(x.mean({0, 2, 3}).abs().max().item<double>(), 0.5);
  EXPECT_NEAR(x.std().item<double>(), 1.0, 0.3);
}

TEST(StyleGan2Generator, ARowDoesNotDependOnItsNeighbours) {
  const StyleGan2Generator generator = small_generator();
  const auto all = rows(4);
  const LatentState together = generator.draw(1, all), alone = generator.draw(1, {all[2]});
  EXPECT_TRUE(torch::allclose(together.at("features")[2], alone.at("features")[0], 1e-5, 1e-5));
  EXPECT_TRUE(torch::equal(together.at("noise_5")[2], alone.at("noise_5")[0]));
}

TEST(StyleGan2Generator, CoordinatesSurviveTheirStateDict) {
  const StyleGan2Generator generator = small_generator();
  const auto copy = StyleGan2Coordinates::from_state(generator.coordinates().state());
  EXPECT_EQ(copy.layers.size(), 3u);
  EXPECT_TRUE(torch::equal(copy.layers.at(2).scale, generator.coordinates().layers.at(2).scale));
}

TEST(StyleGan2Generator, RefusesToGoBackToAnEarlierLayer) {
  const StyleGan2Generator generator = small_generator();
  const LatentState state = generator.draw(2, rows(1));
  try {
    generator.advance(state, 1);
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "a state of layer 2 can go on to layers 2 to 3, not to 1");
  }
}

}  // namespace
}  // namespace sgilo
