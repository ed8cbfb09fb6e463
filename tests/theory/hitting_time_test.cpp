#include "sgilo/theory/hitting_time.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sgilo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Every chain moves by one unit of its first coordinate in one unit of time.
Tensor downhill(const Tensor& x) {
  Tensor gradient = torch::zeros_like(x);
  gradient.select(1, 0).fill_(-1);
  return gradient;
}

TEST(HittingTime, IsTheTimeOfTheFirstStepInside) {
  const Tensor start = torch::tensor({{0.0, 0.0}, {2.0, 0.0}, {3.9, 0.0}, {0.0, 9.0}});
  const HittingTimes times = hitting_times(downhill, start, ball(torch::tensor({4.0, 0.0}), 0.3),
                                           {0.5, kInfinity, 12}, RandomStreams(1));
  EXPECT_EQ(times.times, (std::vector<double>{4, 2, 0, kInfinity}));
  EXPECT_EQ(times.unhit(), 1);
}

TEST(HittingTime, StaysTheFirstWhenAChainLeavesTheRegionAgain) {
  const HittingTimes times =
      hitting_times(downhill, torch::tensor({{0.0}, {-5.0}}), ball(torch::tensor({1.0}), 0.3),
                    {0.5, kInfinity, 40}, RandomStreams(1));
  EXPECT_EQ(times.times, (std::vector<double>{1, 6}));
}

TEST(HittingTime, EndsAGroupThatHasArrived) {
  int last = 0;
  HittingRecorder recorder(1, 0.5, outside_ball(torch::zeros({1}), 2));
  const ChainVisitor record = recorder.visitor();
  run_chains(downhill, torch::zeros({1, 1}), {0.5, kInfinity, 1000}, RandomStreams(1),
             [&](int step, std::int64_t first, const Tensor& x) {
               last = step;
               return record(step, first, x);
             });
  EXPECT_EQ(last, 5);  // 2.5, the first beyond 2
}

TEST(HittingTime, HasQuantilesBetweenItsOrderStatistics) {
  const HittingTimes times{{4, 1, 3, 2, kInfinity}};
  EXPECT_EQ(times.quantile(0), 1);
  EXPECT_EQ(times.median(), 3);
  EXPECT_DOUBLE_EQ(times.quantile(0.3), 2.2);
  EXPECT_EQ(times.quantile(0.75), 4);
  EXPECT_EQ(times.quantile(0.8), kInfinity);
  EXPECT_EQ(times.quantile(1), kInfinity);
  EXPECT_EQ(times.fraction_after(2), 0.6);
  EXPECT_EQ(times.mean(), kInfinity);
  EXPECT_EQ((HittingTimes{{1, 2, 6}}.mean()), 3);
}

TEST(HittingTime, DoesNotDependOnTheNumberOfThreads) {
  const auto times = [](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const HittingTimes out =
        hitting_times([](const Tensor& x) { return x; }, torch::ones({300, 4}),
                      ball(torch::zeros({4}), 0.5), {0.1, 40, 100}, RandomStreams(1));
    at::set_num_threads(before);
    return out.times;
  };
  EXPECT_EQ(times(1), times(2));
}

}  // namespace
}  // namespace sgilo
