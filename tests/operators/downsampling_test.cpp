#include "sgilo/operators/downsampling.h"

#include "golden/bicubic.h"
#include "support/error_text.h"
#include "support/expect_adjoint.h"

namespace sgilo {
namespace {

TEST(Downsampling, IsProven) {
  expect_proven(*operator_of("downsample:factor=4", {3, 16, 20}));
  expect_proven(*operator_of("downsample:factor=4,kernel=area", {3, 16, 20}));
  for (const int factor : {2, 4, 8, 16}) {
    const auto op = operator_of(concat("downsample:factor=", factor), {3, 64, 64});
    expect_adjoint(*op);
    EXPECT_EQ(op->measurement_shape(), Shape({3, 64 / factor, 64 / factor}));
  }
}

TEST(Downsampling, HasTheBicubicTapsOfTheReference) {
  const auto agrees = [](std::int64_t factor, const std::vector<float>& expected) {
    return torch::allclose(bicubic_taps(factor).to(torch::kFloat32), torch::tensor(expected), 1e-5,
                           1e-7);
  };
  EXPECT_TRUE(agrees(2, golden::bicubic_taps_2));
  EXPECT_TRUE(agrees(4, golden::bicubic_taps_4));
  EXPECT_TRUE(agrees(16, golden::bicubic_taps_16));
}

TEST(Downsampling, BicubicAgreesWithTheReference) {
  const Downsampling op({2, DownsamplingKernel::bicubic}, {1, 24, 28});
  const Tensor x = torch::tensor(golden::bicubic_x).view({1, 1, 24, 28});
  const Tensor y = torch::tensor(golden::bicubic_y).view({1, 1, 12, 14});
  const Tensor v = torch::tensor(golden::bicubic_v).view({1, 1, 12, 14});
  const Tensor gradient = torch::tensor(golden::bicubic_gradient).view({1, 1, 24, 28});
  EXPECT_TRUE(torch::allclose(op.apply(x), y, 1e-4, 3.7e-5));
  EXPECT_TRUE(torch::allclose(op.adjoint(v), gradient, 1e-4, 1.5e-5));
}

TEST(Downsampling, AreaIsTheMeanOfBlocks) {
  const Downsampling op({4, DownsamplingKernel::area}, {3, 8, 12});
  const Tensor x = RandomStreams(4).normal({2, 3, 8, 12});
  EXPECT_TRUE(torch::allclose(op.apply(x), x.view({2, 3, 2, 4, 3, 4}).mean({3, 5}), 1e-5, 1e-6));
  EXPECT_EQ(op.describe(), "downsample (factor = 4, kernel = area: 2 x 3 of 8 x 12 pixels)");
}

TEST(Downsampling, BothKernelsKeepAConstantImage) {
  for (const auto kernel : {DownsamplingKernel::bicubic, DownsamplingKernel::area}) {
    const Downsampling op({8, kernel}, {3, 64, 64});
    const Tensor y = op.apply(torch::full({1, 3, 64, 64}, 0.7, torch::kFloat64));
    EXPECT_TRUE(torch::allclose(y, torch::full_like(y, 0.7), 0, 1e-14));
  }
}

TEST(Downsampling, ShowsEachPixelAsASquare) {
  const Downsampling op({2, DownsamplingKernel::area}, {1, 4, 4});
  const Tensor y = torch::tensor({0.1f, 0.2f, -0.3f, 2.f}).view({1, 1, 2, 2});
  const Tensor picture = op.picture(y);
  EXPECT_TRUE(torch::equal(op.apply(picture), y.clamp(-1, 1)));
  EXPECT_EQ(picture.sizes(), (Shape{1, 1, 4, 4}));
}

TEST(Downsampling, RefusesWhatDoesNotFitTheImage) {
  const auto error = [](std::string_view text, const Shape& shape) {
    return error_text<ConfigError>([&] { operator_of(text, shape); });
  };
  EXPECT_EQ(error("downsample:factor=3", {3, 64, 60}),
            "operator downsample: factor must divide the image's sides of 64 x 60 pixels, but is "
            "3");
  EXPECT_EQ(error("downsample:factor=64", {3, 64, 64}),
            "operator downsample: the bicubic kernel of factor 64 reflects 96 pixels at each "
            "border, which must be fewer than the image's sides of 64 x 64 pixels; kernel = area "
            "takes any factor");
  EXPECT_EQ(error("downsample:factor=64,kernel=area", {3, 64, 64}), "");
  EXPECT_EQ(error("downsample:factor=32", {3, 64, 64}), "");
  EXPECT_EQ(error("downsample:factor=9223372036854775807", {3, 64, 64}),
            "operator downsample: factor must divide the image's sides of 64 x 64 pixels, but is "
            "9223372036854775807");
}

}  // namespace
}  // namespace sgilo
