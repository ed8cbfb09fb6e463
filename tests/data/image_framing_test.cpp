#include "sgilo/data/image_framing.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/options_json.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// A picture whose value is linear in row and column; every kernel of the two keeps such ramps.
Tensor ramp(std::int64_t height, std::int64_t width) {
  const Tensor rows = torch::arange(height).to(torch::kFloat32).reshape({height, 1});
  const Tensor columns = torch::arange(width).to(torch::kFloat32).reshape({1, width});
  return ((2 * rows + columns) / static_cast<double>(4 * std::max(height, width))).unsqueeze(0);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(ImageFraming, TakesTheLargestSquareInTheMiddle) {
  const ImageFraming wide = center_square(4, 9, 4);
  EXPECT_EQ(wide.top, 0);
  EXPECT_EQ(wide.left, 2);
  EXPECT_EQ(wide.side, 4);
  EXPECT_EQ(wide.kernel, ResizeKernel::none);
  EXPECT_TRUE(torch::equal(apply_framing(ramp(4, 9), wide), ramp(4, 9).slice(2, 2, 6)));
  EXPECT_EQ(center_square(9, 4, 2).top, 2);
  EXPECT_EQ(center_square(9, 4, 2).kernel, ResizeKernel::area);
  EXPECT_EQ(center_square(9, 4, 5).kernel, ResizeKernel::bicubic);
}

TEST(ImageFraming, ShrinksByTheMeanOfEachArea) {
  const Tensor picture = torch::arange(2 * 6 * 6).to(torch::kFloat32).reshape({2, 6, 6}) / 72;
  EXPECT_LE(largest_difference(apply_framing(picture, center_square(6, 6, 2)),
                               torch::avg_pool2d(picture, 3)),
            1e-6);
  // 3 -> 2: each pixel of the result covers one and a half of the source.
  const Tensor row = torch::tensor({0.0F, 0.3F, 0.9F}).expand({1, 3, 3});
  const Tensor found = apply_framing(row, center_square(3, 3, 2));
  EXPECT_LE(largest_difference(found, torch::tensor({0.1F, 0.7F}).expand({1, 2, 2})), 1e-6);
}

TEST(ImageFraming, EnlargesRampsToRampsInsideTheBorder) {
  const Tensor large = apply_framing(ramp(8, 8), center_square(8, 8, 24));
  const Tensor inner = large[0].slice(0, 6, 18).slice(1, 6, 18);
  const Tensor row_steps = inner.slice(0, 1) - inner.slice(0, 0, -1);
  const Tensor column_steps = inner.slice(1, 1) - inner.slice(1, 0, -1);
  EXPECT_LE((row_steps - 2.0 / 32 / 3).abs().max().item<double>(), 1e-6);
  EXPECT_LE((column_steps - 1.0 / 32 / 3).abs().max().item<double>(), 1e-6);
}

TEST(ImageFraming, KeepsConstantPicturesAndTheRange) {
  for (const std::int64_t size : {1, 3, 5, 7, 16, 31}) {
    const ImageFraming framing = center_square(7, 7, size);
    EXPECT_LE(largest_difference(apply_framing(torch::full({1, 7, 7}, 0.25), framing),
                                 torch::full({1, size, size}, 0.25)),
              1e-6);
    Tensor edge = torch::ones({1, 7, 7});
    edge.slice(2, 0, 3).fill_(-1);
    EXPECT_LE(apply_framing(edge, framing).abs().max().item<double>(), 1.0);
  }
}

TEST(ImageFraming, RepeatsARecordOnAnotherPicture) {
  const ImageFraming framing = center_square(10, 14, 5);
  ImageFraming repeated;
  from_json(to_json(framing), repeated);
  EXPECT_EQ(repeated, framing);
  EXPECT_EQ(to_json(framing).dump(),
            R"({"height":10,"width":14,"top":0,"left":2,"side":10,"size":5,"kernel":"area"})");
  EXPECT_TRUE(
      torch::equal(apply_framing(ramp(10, 14), repeated), apply_framing(ramp(10, 14), framing)));
  EXPECT_EQ(error_text<ConfigError>([&] {
              apply_framing(torch::zeros({3, 9, 14}), framing);
            }),
            "the picture to frame must have shape [-1, 10, 14], but has [3, 9, 14]");
}

TEST(ImageFraming, RefusesImpossibleFramings) {
  EXPECT_EQ(error_text<ConfigError>([] { center_square(4, 4, 0); }),
            "framing.size must be positive, but is 0");
  ImageFraming outside = center_square(4, 4, 4);
  outside.left = 1;
  EXPECT_EQ(error_text<ConfigError>([&] {
              apply_framing(torch::zeros({3, 4, 4}), outside);
            }),
            "framing: the square of 4 pixels at row 0, column 1 leaves the picture of 4 x 4 "
            "pixels");
}

}  // namespace
}  // namespace sgilo
