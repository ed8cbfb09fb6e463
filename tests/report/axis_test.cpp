#include "sgilo/report/axis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace sgilo {
namespace {

TEST(AxisTicks, AreRoundNumbersInsideTheLimits) {
  const auto linear = axis_ticks(-0.1, 1.1, AxisScale::linear);
  ASSERT_EQ(linear.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(linear[i], 0.2 * static_cast<double>(i), 1e-12);
  const std::vector<double> decades = axis_ticks(0.5e-3, 20, AxisScale::logarithmic);
  ASSERT_EQ(decades.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(decades[i] / std::pow(10, static_cast<double>(i) - 3), 1, 1e-12);
  const std::vector<double> few = axis_ticks(1, 30, AxisScale::logarithmic);
  EXPECT_EQ(few, (std::vector<double>{1, 2, 5, 10, 20}));
  EXPECT_LE(axis_ticks(1e-30, 1e30, AxisScale::logarithmic).size(), 9U);
  EXPECT_GE(axis_ticks(3.0, 4.0, AxisScale::logarithmic).size(), 3U);
}

TEST(AxisLimits, LeaveRoomAroundTheValuesThatCanBeShown) {
  const AxisLimits linear = axis_limits({2, NAN, 3, INFINITY}, AxisScale::linear);
  EXPECT_DOUBLE_EQ(linear.low, 1.96);
  EXPECT_DOUBLE_EQ(linear.high, 3.04);
  const AxisLimits logarithmic = axis_limits({-1, 0, 1, 100}, AxisScale::logarithmic);
  EXPECT_NEAR(std::log10(logarithmic.low), -0.08, 1e-12);
  EXPECT_NEAR(std::log10(logarithmic.high), 2.08, 1e-12);
}

TEST(AxisLimits, AreSomeIntervalOfTicksWithoutValuesAndForEqualOnes) {
  for (const AxisScale scale : {AxisScale::linear, AxisScale::logarithmic})
    for (const std::vector<double>& values :
         {std::vector<double>{}, {5}, {0, 0}, {NAN}, {1e9, 1e9 + 1e-3}}) {
      const AxisLimits limits = axis_limits(values, scale);
      EXPECT_LT(limits.low, limits.high);
      EXPECT_GE(axis_ticks(limits.low, limits.high, scale).size(), 2U);
    }
}

}  // namespace
}  // namespace sgilo
