#include "sgilo/generator/kernels/winograd_gradient.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

struct Case {
  Case(std::int64_t n, std::int64_t inputs, std::int64_t outputs, std::int64_t height,
       std::int64_t width)
      : x(RandomStreams(1).normal({n, inputs, height, width}).contiguous(kChannelsLast)),
        gradient(RandomStreams(2).normal({n, outputs, height, width}).contiguous(kChannelsLast)) {}

  // In float64, by libtorch.
  double error(const Tensor& got) const {
    const Tensor weight =
        torch::zeros({gradient.size(1), x.size(1), 3, 3}, torch::kFloat64).requires_grad_(true);
    const Tensor y = torch::conv2d(x.to(torch::kFloat64), weight, {}, 1, 1);
    const Tensor want = torch::autograd::grad({y}, {weight}, {gradient.to(torch::kFloat64)})[0];
    return ((got - want).norm() / want.norm()).item<double>();
  }

  Tensor x, gradient;
};

TEST(WinogradGradient, IsThatOfTheConvolution) {
  for (const Case& c : {Case(1, 1, 1, 4, 4), Case(2, 3, 5, 8, 4), Case(3, 16, 32, 16, 16),
                        Case(1, 13, 33, 12, 20), Case(5, 29, 70, 8, 8), Case(7, 64, 17, 16, 12)})
    EXPECT_LT(c.error(winograd_weight_gradient(c.x, c.gradient)), 1e-5)
        << c.x.sizes() << " " << c.gradient.sizes();
}

TEST(WinogradGradient, IsTheSameWithEveryTarget) {
  const Case c(2, 19, 37, 12, 8);
  const std::int64_t all = hwy::SupportedTargets();
  for (std::int64_t target = 1; target > 0 && target <= HWY_SCALAR; target <<= 1) {
    if (!(target & all)) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    EXPECT_LT(c.error(winograd_weight_gradient(c.x, c.gradient)), 1e-5) << target;
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(all);
  }
}

TEST(WinogradGradient, DoesNotDependOnTheThreads) {
  const Case c(6, 24, 32, 16, 16);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const Tensor alone = winograd_weight_gradient(c.x, c.gradient);
  at::set_num_threads(3);
  EXPECT_TRUE(torch::equal(winograd_weight_gradient(c.x, c.gradient), alone));
  at::set_num_threads(before);
}

}  // namespace
}  // namespace sgilo
