#include "sgilo/generator/kernels/trainable_pooling.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

Tensor leaf(const char* name, const Shape& shape) {
  return RandomStreams(5).child(name).normal(shape).requires_grad_(true);
}

// Against libtorch's operations in float64: the results and every gradient.
void expect_as_composed(std::int64_t channels, bool added, bool whole, bool pooled) {
  SCOPED_TRACE(testing::Message() << channels << added << whole << pooled);
  const Tensor y = leaf("y", {2, channels, 6, 4}), b = leaf("b", {channels}),
               k = leaf("k", {2, channels, 6, 4});
  const PoolingResult got = trainable_pooling(
      y.contiguous(kChannelsLast),
      {.bias = b, .gain = 1.5, .added = added ? k : Tensor(), .whole = whole, .pooled = pooled});
  const auto wide = [](const Tensor& x) { return x.to(torch::kFloat64); };
  Tensor z = torch::leaky_relu(wide(y) + wide(b).view({1, -1, 1, 1}), 0.2) * 1.5;
  if (added) z = z + wide(k);
  EXPECT_EQ(got.whole.defined(), whole);
  EXPECT_EQ(got.pooled.defined(), pooled);
  Tensor own = torch::zeros({}), want = torch::zeros({}, torch::kFloat64);
  const auto take = [&](const Tensor& result, const Tensor& expected, const char* name) {
    EXPECT_TRUE(torch::allclose(wide(result), expected, 1e-5, 1e-5)) << name;
    const Tensor direction = RandomStreams(6).child(name).normal(result.sizes());
    own = own + (result * direction).sum();
    want = want + (expected * wide(direction)).sum();
  };
  if (whole) take(got.whole, z, "whole");
  if (pooled) take(got.pooled, torch::avg_pool2d(z, 2), "pooled");
  std::vector<Tensor> inputs{y, b};
  if (added) inputs.push_back(k);
  const auto ours = torch::autograd::grad({own}, inputs),
             theirs = torch::autograd::grad({want}, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_TRUE(torch::allclose(ours[i], theirs[i], 1e-4, 1e-5)) << i;
}

TEST(TrainablePooling, IsThatOfTheComposedOperationsWithEveryTarget) {
  const std::int64_t all = hwy::SupportedTargets();
  for (std::int64_t target = 1; target > 0 && target <= HWY_SCALAR; target <<= 1) {
    if (!(target & all)) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    for (const std::int64_t channels : {1, 7, 16, 35})
      for (const bool added : {false, true}) {
        expect_as_composed(channels, added, true, true);
        expect_as_composed(channels, added, true, false);
        expect_as_composed(channels, added, false, true);
      }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(all);
  }
}

}  // namespace
}  // namespace sgilo
