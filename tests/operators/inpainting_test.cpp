#include "sgilo/operators/inpainting.h"

#include "support/error_text.h"
#include "support/expect_adjoint.h"

namespace sgilo {
namespace {

TEST(Inpainting, IsProven) {
  expect_proven(*operator_of("inpaint:keep=0.3", {3, 8, 10}));
  expect_proven(*operator_of("box:top=1,left=2,height=3,width=4", {3, 8, 10}));
}

TEST(Inpainting, KeepsExactlyTheStatedFraction) {
  for (const double keep : {0.015, 0.05, 0.5, 1.0}) {
    const auto op = operator_of(concat("inpaint:keep=", keep), {3, 64, 64});
    EXPECT_EQ(op->measurement_shape(), Shape({3, std::llround(keep * 4096)}));
    EXPECT_EQ(op->state().at("mask").sum().item<std::int64_t>(), std::llround(keep * 4096));
  }
  EXPECT_EQ(operator_of("inpaint:keep=0.05", {3, 64, 64})->describe(),
            "inpaint (keep = 0.05: 205 of 4096 pixels)");
}

TEST(Inpainting, KeepsTheSamePixelsOfAllChannelsAndNothingElse) {
  const auto op = operator_of("inpaint:keep=0.25", {3, 6, 8});
  const Tensor image = RandomStreams(3).normal({2, 3, 6, 8});
  const Tensor mask = op->state().at("mask").to(torch::kBool);
  for (std::int64_t row = 0; row < 2; ++row)
    for (std::int64_t channel = 0; channel < 3; ++channel)
      EXPECT_TRUE(
          torch::equal(op->apply(image)[row][channel], image[row][channel].masked_select(mask)));
}

TEST(Inpainting, DrawsAnotherMaskForAnotherSeedAndTheSameForTheSame) {
  const auto mask = [](std::uint64_t seed) {
    return operator_of("inpaint:keep=0.25", {3, 16, 16}, seed)->state().at("mask");
  };
  EXPECT_TRUE(torch::equal(mask(1), mask(1)));
  EXPECT_FALSE(torch::equal(mask(1), mask(2)));
}

TEST(Inpainting, ShowsKeptPixelsOnMidGrey) {
  const auto op = operator_of("inpaint:keep=0.25", {3, 6, 8});
  const Tensor image = RandomStreams(3).uniform({2, 3, 6, 8}) - 0.5;
  EXPECT_TRUE(torch::equal(op->picture(op->apply(image)), image * op->state().at("mask")));
  EXPECT_LE(op->picture(9 * op->apply(image)).abs().max().item<float>(), 1);
}

TEST(Inpainting, TheBoxIsRemoved) {
  const auto op = operator_of("box:top=1,left=2,height=3,width=4", {1, 6, 8});
  const Tensor mask = op->state().at("mask").to(torch::kFloat32);
  EXPECT_EQ(mask.narrow(0, 1, 3).narrow(1, 2, 4).sum().item<float>(), 0);
  EXPECT_EQ(mask.sum().item<float>(), 48 - 12);
  EXPECT_EQ(op->describe(), "box (top = 1, left = 2, height = 3, width = 4: 36 of 48 pixels)");
}

TEST(Inpainting, AMaskComesFromTheCallersReader) {
  const Tensor values = torch::tensor({{0.f, 0.4f, 0.5f}, {1.f, 0.f, 0.9f}});
  const auto op = make_operator(read_operator(parse_operator("mask:file=m.png")), {2, 2, 3},
                                RandomStreams(1), {[&](const MaskOptions& mask) {
                                  EXPECT_EQ(mask.file, "m.png");
                                  return values;
                                }});
  expect_proven(*op);
  const Tensor image = torch::arange(12, torch::kFloat32).view({1, 2, 2, 3});
  const Tensor expected = torch::tensor({{2.f, 3.f, 5.f}, {8.f, 9.f, 11.f}});
  EXPECT_TRUE(torch::equal(op->apply(image)[0], expected));
  EXPECT_EQ(op->describe(), "mask (file = m.png, threshold = 0.5: 3 of 6 pixels)");
}

TEST(Inpainting, RefusesWhatDoesNotFitTheImage) {
  const auto error = [](std::string_view text, const OperatorFiles& files = {}) {
    return error_text<ConfigError>([&] {
      make_operator(read_operator(parse_operator(text)), {3, 8, 8}, RandomStreams(1), files);
    });
  };
  EXPECT_EQ(error("inpaint:keep=0.001"),
            "operator inpaint: keep must leave at least one of 64 pixels, but is 0.001");
  EXPECT_EQ(error("box:top=6,left=0,height=3,width=8"),
            "operator box: the box must lie inside the image of 8 x 8 pixels, but has top 6, left "
            "0, height 3, width 8");
  EXPECT_EQ(error("box:top=0,left=8,height=1,width=9223372036854775807"),
            "operator box: the box must lie inside the image of 8 x 8 pixels, but has top 0, left "
            "8, height 1, width 9223372036854775807");
  EXPECT_EQ(error("box:top=0,left=0,height=8,width=8"),
            "operator box (top = 0, left = 0, height = 8, width = 8: 0 of 64 pixels) must leave at "
            "least one pixel");
  EXPECT_EQ(error("mask:file=m.png"),
            "operator mask: 'm.png' must be read by the caller, but no reader is given");
  EXPECT_EQ(error("mask:file=m.png", {[](const MaskOptions&) {
                    return torch::ones({1, 8, 8});
                  }}),
            "operator mask: 'm.png' must have shape [-1, -1], but has [1, 8, 8]");
  EXPECT_EQ(error("mask:file=m.png", {[](const MaskOptions&) {
                    return torch::zeros({8, 8});
                  }}),
            "operator mask (file = m.png, threshold = 0.5: 0 of 64 pixels) must leave at least one "
            "pixel");
}

TEST(Inpainting, AMasksThresholdIsTheDarkestThatIsSeen) {
  const auto kept = [](double threshold) {
    const auto op = make_operator(MaskOptions{"m.png", threshold}, {3, 1, 4}, RandomStreams(1),
                                  {[](const MaskOptions&) {
                                    return torch::tensor({{0., 0.01, 0.5, 1.}}, torch::kFloat64);
                                  }});
    return op->measurement_shape()[1];
  };
  EXPECT_EQ(kept(0.001), 3);
  EXPECT_EQ(kept(0.5), 2);
  EXPECT_EQ(kept(0.51), 1);
}

TEST(Inpainting, AMaskOfAnotherSizeIsABadFile) {
  EXPECT_EQ(error_text<FormatError>([] {
              make_operator(MaskOptions{"m.png"}, {3, 8, 8}, RandomStreams(1),
                            {[](const MaskOptions&) {
                              return torch::ones({6, 9});
                            }});
            }),
            "m.png: must be a mask of 8 x 8 pixels, but has 9 x 6");
}

}  // namespace
}  // namespace sgilo
