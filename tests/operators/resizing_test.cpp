#include "sgilo/operators/resizing.h"

#include "support/error_text.h"
#include "support/expect_adjoint.h"

namespace sgilo {
namespace {

TEST(Resizing, IsProven) {
  expect_proven(*operator_of("resize:side=20", {3, 8, 10}));
  expect_proven(*operator_of("resize:side=5", {3, 8, 10}));
  expect_proven(*operator_of("resize:side=8", {3, 8, 10}));
  expect_proven(*operator_of("downsample:factor=4|resize:side=16", {3, 16, 16}));
}

TEST(Resizing, WeighsTheNeighboursByTheirDistance) {
  const Resizing op({2}, {1, 1, 2});  // [a, b] to two rows of four
  const Tensor y = op.apply(torch::tensor({0.f, 1.f}).view({1, 1, 1, 2}));
  const Tensor row = torch::tensor({0.f, 0.25f, 0.75f, 1.f});
  EXPECT_TRUE(torch::equal(y, torch::stack({row, row}).view({1, 1, 2, 4})));
  EXPECT_EQ(op.describe(), "resize (side = 2: 1 x 2 to 2 x 4 pixels)");
}

TEST(Resizing, LeavesAnImageOfThatSizeAndRoundsTheLongerSideDown) {
  const Tensor x = RandomStreams(1).normal({2, 3, 8, 11});
  EXPECT_TRUE(torch::equal(Resizing({8}, {3, 8, 11}).apply(x), x));
  EXPECT_EQ(Resizing({3}, {3, 8, 11}).measurement_shape(), Shape({3, 3, 4}));
}

TEST(Resizing, ShowsMeasurementsInTheSizeOfTheImage) {
  const Resizing op({4}, {3, 8, 8});
  const Tensor picture = op.picture(torch::full({1, 3, 4, 4}, 2.));
  EXPECT_TRUE(torch::equal(picture, torch::ones({1, 3, 8, 8})));
}

TEST(Resizing, RefusesWhatHasNoPlanesAndSidesOutOfRange) {
  const auto error = [](std::string_view text, const Shape& shape) {
    return error_text<ConfigError>([&] { operator_of(text, shape); });
  };
  EXPECT_EQ(error("inpaint:keep=0.5|resize:side=8", {3, 8, 8}),
            "operator resize must be given images of shape [channels, height, width], but is given "
            "[3, 32]");
  EXPECT_EQ(error("resize:side=0", {3, 8, 8}), "operator.side must be from 1 to 16384, but is 0");
}

}  // namespace
}  // namespace sgilo
