#include "sgilo/generator/kernels/modulated_convolution.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"
#include "sgilo/generator/kernels/upsample_filter.h"

namespace sgilo {
namespace {

Tensor normal(const char* name, torch::IntArrayRef shape) {
  return RandomStreams(11).child(name).normal(shape).to(torch::kFloat64);
}

// outer([1,3,3,1]) / 64 * 4 for each of `channels` channels alone.
Tensor filter(std::int64_t channels) {
  const Tensor f = torch::tensor({1.0, 3.0, 3.0, 1.0}, torch::kFloat64);
  return (torch::outer(f, f) / 16).expand({channels, 1, 4, 4}).contiguous();
}

Tensor depthwise(const Tensor& x, const Tensor& weight) {
  return at::conv2d(x, weight, Tensor(), at::IntArrayRef{1, 1}, at::IntArrayRef{0, 0},
                    at::IntArrayRef{1, 1}, x.size(1));
}

// As the definition says: transposed convolution with stride 2, zero padding 1, the filter.
Tensor up_convolution_by_definition(const Tensor& x, const Tensor& weight, const Tensor& styles) {
  const Tensor scaled = x * styles.unsqueeze(-1).unsqueeze(-1);
  const Tensor up =
      at::conv_transpose2d(scaled, weight.transpose(0, 1), Tensor(), at::IntArrayRef{2, 2});
  return depthwise(torch::constant_pad_nd(up, {1, 1, 1, 1}), filter(weight.size(0)));
}

TEST(ModulatedUpConvolution, IsTheTransposedConvolutionWithItsFilter) {
  for (const std::int64_t size : {4, 5, 8}) {
    const Tensor x = normal("x", {3, 5, size, size}), weight = normal("w", {7, 5, 3, 3}),
                 styles = normal("s", {3, 5});
    const Tensor got = modulated_up_convolution(x, weight, styles);
    ASSERT_EQ(got.sizes(), (torch::IntArrayRef{3, 7, 2 * size, 2 * size}));
    EXPECT_TRUE(
        torch::allclose(got, up_convolution_by_definition(x, weight, styles), 1e-10, 1e-10));
  }
}

TEST(ModulatedUpConvolution, HasTheGradientsOfItsDefinition) {
  const Tensor x = normal("x", {2, 3, 4, 4}).requires_grad_(true);
  const Tensor weight = normal("w", {4, 3, 3, 3}).requires_grad_(true);
  const Tensor styles = normal("s", {2, 3}).requires_grad_(true);
  const Tensor target = normal("t", {2, 4, 8, 8});
  const auto got = torch::autograd::grad(
      {(modulated_up_convolution(x, weight, styles) * target).sum()}, {x, weight, styles});
  const auto want = torch::autograd::grad(
      {(up_convolution_by_definition(x, weight, styles) * target).sum()}, {x, weight, styles});
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_TRUE(torch::allclose(got[i], want[i], 1e-9, 1e-9)) << i;
}

TEST(ModulatedConvolution, IsAConvolutionWithPerSampleWeights) {
  const Tensor x = normal("x", {2, 3, 5, 5}), weight = normal("w", {4, 3, 3, 3}),
               styles = normal("s", {2, 3});
  const Tensor got = modulated_convolution(x, weight, styles) *
                     demodulation(weight, styles).unsqueeze(-1).unsqueeze(-1);
  for (std::int64_t n = 0; n < 2; ++n) {
    Tensor own = weight * styles[n].view({1, 3, 1, 1});
    own = own / (own.square().sum({1, 2, 3}, true) + 1e-8).sqrt();
    const Tensor want = torch::conv2d(x.narrow(0, n, 1), own, {}, 1, 1);
    EXPECT_TRUE(torch::allclose(got.narrow(0, n, 1), want, 1e-10, 1e-10));
  }
}

TEST(Upsample, InsertsZerosAndFilters) {
  const Tensor image = normal("image", {2, 3, 4, 4});
  Tensor spread = torch::zeros({2, 3, 8, 8}, torch::kFloat64);
  spread.slice(2, 0, 8, 2).slice(3, 0, 8, 2).copy_(image);
  const Tensor want = depthwise(torch::constant_pad_nd(spread, {2, 1, 2, 1}), filter(3));
  EXPECT_TRUE(torch::allclose(upsample(image), want, 1e-12, 1e-12));
}

}  // namespace
}  // namespace sgilo
