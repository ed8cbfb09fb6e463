#include "sgilo/operators/composition.h"

#include "support/error_text.h"
#include "support/expect_adjoint.h"

namespace sgilo {
namespace {

TEST(Composition, IsProven) {
  expect_proven(*operator_of("downsample:factor=2|inpaint:keep=0.5|circulant:keep=0.5", {3, 8, 8}));
  expect_proven(*operator_of("inpaint:keep=0.3|grayscale", {3, 8, 8}));
}

TEST(Composition, AppliesItsPartsInTheirOrder) {
  const auto chain = operator_of("downsample:factor=2,kernel=area|grayscale", {3, 8, 8});
  const auto first = operator_of("downsample:factor=2,kernel=area", {3, 8, 8});
  const auto second = operator_of("grayscale", {3, 4, 4});
  const Tensor x = RandomStreams(1).normal({2, 3, 8, 8});
  EXPECT_TRUE(torch::equal(chain->apply(x), second->apply(first->apply(x))));
  EXPECT_EQ(chain->measurement_shape(), Shape({1, 4, 4}));
  EXPECT_EQ(chain->describe(),
            "downsample (factor = 2, kernel = area: 4 x 4 of 8 x 8 pixels) | grayscale");
}

TEST(Composition, DrawsEachPartFromItsOwnStream) {
  const auto op = operator_of("inpaint:keep=0.5|circulant:keep=0.5|circulant:keep=1", {1, 8, 8});
  StateDict state = op->state();
  EXPECT_EQ(state.size(), 7u);
  EXPECT_EQ(state["0.mask"].sizes(), (Shape{8, 8}));
  EXPECT_EQ(state["1.filter"].sizes(), (Shape{32}));
  EXPECT_FALSE(torch::equal(state["1.filter"].narrow(0, 0, 16), state["2.filter"]));
}

TEST(Composition, CombinesTheTraitsOfItsParts) {
  const auto traits = [](std::string_view text) {
    return traits_of(read_operator(parse_operator(text)));
  };
  EXPECT_FALSE(traits("downsample|box|grayscale").drawn_at_random);
  EXPECT_TRUE(traits("downsample|inpaint|grayscale").drawn_at_random);
  EXPECT_EQ(traits("downsample|grayscale").observed_file, ObservedFile::measurement);
  EXPECT_EQ(traits("grayscale|box").observed_file, ObservedFile::image);
  EXPECT_EQ(traits("box|grayscale").observed_file, ObservedFile::image);
  EXPECT_EQ(traits("box|circulant").observed_file, ObservedFile::none);
}

TEST(Composition, ShowsAPictureOfTheWholeImage) {
  const auto op = operator_of("inpaint:keep=0.5|grayscale", {3, 8, 8});
  const Tensor x = RandomStreams(1).uniform({2, 3, 8, 8});
  const Tensor grey = operator_of("grayscale", {3, 8, 8})->apply(x);
  const Tensor expected = (grey * op->state().at("0.mask")).expand({2, 3, 8, 8});
  EXPECT_TRUE(torch::allclose(op->picture(op->apply(x)), expected));
}

TEST(Composition, RefusesMorePartsAndDeeperChainsThanItsLimits) {
  std::string text = "identity";
  for (int i = 1; i < 64; ++i) text += "|identity";
  EXPECT_EQ(operator_of(text, {3, 8, 8})->measurement_shape(), Shape({3, 8, 8}));
  EXPECT_EQ(error_text<ConfigError>([&] { read_operator(parse_operator(text + "|identity")); }),
            "operator: a chain may have at most 64 parts");
  Json chain = parse_operator("identity");
  for (int i = 0; i < 4; ++i) chain = {{"kind", "chain"}, {"parts", Json::array({chain})}};
  EXPECT_EQ(parts_of(read_operator(chain)).size(), 1u);
  chain = {{"kind", "chain"}, {"parts", Json::array({chain})}};
  EXPECT_EQ(error_text<ConfigError>([&] { read_operator(chain); }),
            "operator: chains may be nested 4 deep at most; name the parts one after the other");
}

TEST(Composition, RefusesPartsThatDoNotFitTogether) {
  EXPECT_EQ(error_text<ConfigError>([] {
              operator_of("inpaint:keep=0.5|downsample:factor=2", {3, 8, 8});
            }),
            "operator downsample must be given images of shape [channels, height, width], but is "
            "given [3, 32]");
  EXPECT_EQ(error_text<ConfigError>([] {
              operator_of("grayscale|grayscale", {3, 8, 8});
            }),
            "operator grayscale must be given images of 3 channels, but is given [1, 8, 8]");
}

}  // namespace
}  // namespace sgilo
