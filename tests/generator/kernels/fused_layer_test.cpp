#include "sgilo/generator/kernels/fused_layer.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

Tensor normal(const char* name, const Shape& shape) {
  return RandomStreams(6).child(name, 0).normal(shape);
}

FusedLayer make_layer(std::int64_t inputs, std::int64_t outputs, bool up, std::int64_t part_bytes,
                      torch::ScalarType type = torch::kFloat32) {
  FusedLayer layer(normal("weight", {outputs, inputs, 3, 3}), normal("bias", {outputs}),
                   torch::tensor(0.5f), up, 64, type);
  layer.part_bytes = part_bytes;
  return layer;
}

LayerEndTensors make_end(std::int64_t channels, std::int64_t side, bool with_rgb) {
  return {normal("d", {2, channels}).abs() + 0.5,
          normal("b", {channels}),
          normal("noise", {2, side * side}),
          normal("s", {2, channels}),
          with_rgb ? normal("m", {2, 3, channels}) : Tensor(),
          0};
}

KnownEnd make_known(std::int64_t channels, std::int64_t side, bool with_rgb) {
  return {make_end(channels, side, with_rgb),
          normal("a", {2, channels, side, side}).contiguous(kChannelsLast),
          with_rgb ? normal("rgb", {2, 3, side, side}) : Tensor(), true};
}

void expect_same(const EndGradients& got, const EndGradients& want) {
  if (want.y.defined()) {
    EXPECT_TRUE(torch::allclose(got.y, want.y, 1e-5, 1e-5));
  }
  EXPECT_TRUE(torch::allclose(got.sums, want.sums, 1e-4, 1e-2));
  EXPECT_TRUE(torch::allclose(got.noise, want.noise, 1e-5, 1e-4));
}

// 1 byte: each part has the 16 rows of the least.
TEST(FusedLayer, IsTheSameInPartsAsWhole) {
  const FusedLayer whole = make_layer(7, 20, true, 1 << 30), parts = make_layer(7, 20, true, 1);
  const Tensor x = normal("x", {2, 7, 32, 32}).contiguous(kChannelsLast),
               styles = normal("styles", {2, 7});
  const LayerEndTensors end = make_end(20, 64, false);
  EXPECT_TRUE(torch::allclose(run_layer(parts, x, styles, end).activation,
                              run_layer(whole, x, styles, end).activation, 1e-5, 1e-5));
  const Tensor gradient = normal("g", {2, 20, 64, 64}).contiguous(kChannelsLast);
  EXPECT_TRUE(torch::allclose(input_gradient(parts, gradient), input_gradient(whole, gradient),
                              1e-5, 1e-5));
  expect_same(gradients_before(parts, gradient, make_known(7, 32, true)),
              gradients_before(whole, gradient, make_known(7, 32, true)));
}

// To the bit, but for the library's up-convolution: on some BLAS its sums depend on the threads.
TEST(FusedLayer, DoesNotDependOnTheNumberOfThreads) {
  for (const bool up : {false, true}) {
    const std::int64_t side = up ? 32 : 64;
    const FusedLayer layer = make_layer(7, 20, up, 1);
    const Tensor x = normal("x", {2, 7, side, side}).contiguous(kChannelsLast),
                 styles = normal("styles", {2, 7}),
                 gradient = normal("g", {2, 20, 64, 64}).contiguous(kChannelsLast);
    const int threads = at::get_num_threads();
    std::vector<Tensor> activations, gradients;
    for (const int count : {1, 2}) {
      at::set_num_threads(count);
      activations.push_back(run_layer(layer, x, styles, make_end(20, 64, false)).activation);
      gradients.push_back(input_gradient(layer, gradient));
    }
    at::set_num_threads(threads);
    const Tensor difference = activations[0] - activations[1];
    EXPECT_LE(difference.norm().item<double>(),
              up ? 2e-6 * activations[0].norm().item<double>() : 0);
    EXPECT_TRUE(torch::equal(gradients[0], gradients[1])) << up;
  }
}

TEST(FusedLayer, NeedsNoWholeGradientOfTheLast) {
  const FusedLayer whole = make_layer(20, 17, false, 1 << 30), parts = make_layer(20, 17, false, 1);
  EndGradients want_last = end_gradients(make_known(17, 64, true));
  const EndGradients want = gradients_before(whole, want_last.y, make_known(20, 64, false));
  want_last.y = Tensor();
  for (const FusedLayer* layer : {&whole, &parts}) {
    const auto [own, got] =
        last_gradients(*layer, make_known(17, 64, true), make_known(20, 64, false));
    expect_same(own, want_last);
    expect_same(got, want);
  }
}

TEST(FusedLayer, PutsTheGradientWhereTheActivationWas) {
  const FusedLayer layer = make_layer(20, 17, false, 1 << 30);
  const KnownEnd before = make_known(20, 64, true);
  const Tensor gradient = normal("g", {2, 17, 64, 64}).contiguous(kChannelsLast);
  EXPECT_EQ(gradients_before(layer, gradient, before).y.data_ptr(), before.activation.data_ptr());
}

TEST(FusedLayer, EndsWithoutAnActivationThatIsNotWanted) {
  const FusedLayer layer = make_layer(20, 39, false, 1 << 30, torch::kBFloat16);
  const Tensor x = normal("x", {2, 20, 64, 64}).contiguous(kChannelsLast),
               styles = normal("styles", {2, 20});
  const LayerEndTensors end = make_end(39, 64, true);
  const LayerResult all = run_layer(layer, x, styles, end),
                    ends = run_layer(layer, x, styles, end, {false, true}),
                    image = run_layer(layer, x, styles, end, {false, false});
  EXPECT_FALSE(ends.activation.defined());
  EXPECT_FALSE(image.activation.defined() || image.kept.defined());
  EXPECT_TRUE(torch::equal(ends.kept, all.activation.to(torch::kBFloat16)));
  EXPECT_TRUE(torch::equal(ends.rgb, all.rgb));
  EXPECT_TRUE(torch::equal(image.rgb, all.rgb));
  const Tensor rgb = torch::bmm(end.matrices, all.activation.flatten(2)).view_as(all.rgb);
  EXPECT_TRUE(torch::allclose(all.rgb, rgb, 1e-4, 1e-4));
}

}  // namespace
}  // namespace sgilo
