#include "sgilo/generator/coarse_generator.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/generator/kernels/upsample_filter.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

struct Fixture {
  Fixture() {
    torch::manual_seed(3);
    StyleGan2 network(StyleGan2Options{{12, 12, 2, 0.01}, {12, {10, 8, 6, 4}, 0.0}});
    for (auto& item : network->named_parameters()) {
      item.value().requires_grad_(false);
      if (item.key().ends_with("noise_strength")) item.value().fill_(0.3);
    }
    Observer silent;
    whole = std::make_unique<StyleGan2Generator>(
        network, *estimate_coordinates(network, 16, RandomStreams(5), silent));
    state = whole->draw(0, {RandomStreams(1), RandomStreams(2)});
  }
  std::unique_ptr<StyleGan2Generator> whole;
  LatentState state;
};

TEST(CoarseGenerator, DoublesTheImageOfItsBlocks) {
  const Fixture f;
  const StyleGan2& network = f.whole->network();
  const Tensor ws = f.whole->styles_from_coordinates(f.state.at("styles"));
  Noises noises;
  for (int j = 0; j < 7; ++j) noises.push_back(f.state.at(concat("noise_", j)));
  SynthesisNetwork synthesis = network->synthesis;
  const Tensor small = synthesis->run({}, ws, noises, 0, 1).skip;  // 8x8
  const Tensor image = CoarseGenerator(*f.whole, 8).decode(f.state);
  ASSERT_EQ(image.sizes(), (torch::IntArrayRef{2, 3, 32, 32}));
  EXPECT_TRUE(torch::allclose(image, upsample(upsample(small)), 1e-4, 1e-4));
  EXPECT_TRUE(torch::allclose(CoarseGenerator(*f.whole, 32).decode(f.state),
                              f.whole->decode(f.state), 1e-5, 1e-5));
}

TEST(CoarseGenerator, LeavesTheNoisesOfLaterBlocksAlone) {
  const Fixture f;
  const LatentState leaves = f.state.requiring_gradients();
  const Tensor image = CoarseGenerator(*f.whole, 8).decode(leaves);
  const auto gradients =
      torch::autograd::grad({image.square().sum()}, {leaves.at("noise_2"), leaves.at("noise_3")},
                            {}, false, false, /*allow_unused=*/true);
  EXPECT_GT(gradients[0].abs().max().item<double>(), 0);
  EXPECT_FALSE(gradients[1].defined());
}

TEST(CoarseGenerator, SaysWhatItCannotDo) {
  const Fixture f;
  EXPECT_EQ(error_text<ConfigError>([&] { CoarseGenerator(*f.whole, 12); }),
            "solver.coarse_side must be 4, 8, ... to 32, but is 12");
  const LatentState later = f.whole->advance(f.state, 2);
  EXPECT_EQ(error_text<ConfigError>([&] { CoarseGenerator(*f.whole, 8).decode(later); }),
            "layer 2 comes after the blocks of a generator cut at 8x8");
}

}  // namespace
}  // namespace sgilo
