#include "sgilo/theory/polar_grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace sgilo {
namespace {

TEST(PolarGrid, HasItsEnds) {
  const PolarGrid grid{0.5, 2, 4, 5};
  EXPECT_EQ(grid.at(0, 0).radius, 0.5);
  EXPECT_EQ(grid.at(3, 4).radius, 2);
  EXPECT_EQ(grid.at(1, 2).radius, 1);
  EXPECT_EQ(grid.at(1, 2).angle, std::numbers::pi / 2);
  EXPECT_EQ(grid.at(3, 4).angle, std::numbers::pi);
}

TEST(PolarGrid, FindsTheLargestOfSeveralFunctions) {
  const std::vector<double> found =
      grid_maxima({0, 3, 31, 61}, 3, [](PolarPoint x, std::span<double> maxima) {
        maxima[0] = std::max(maxima[0], -std::abs(x.radius - 1.2));
        if (x.radius > 1) maxima[1] = std::max(maxima[1], std::cos(x.angle) / x.radius);
      });
  EXPECT_NEAR(found[0], 0, 1e-12);
  EXPECT_NEAR(found[1], 1 / 1.1, 1e-12);
  EXPECT_EQ(found[2], -std::numeric_limits<double>::infinity());  // never raised
}

TEST(PolarGrid, MeasuresDistancesAsThePlaneDoes) {
  for (const double centre : {1.0, 0.0, -0.3})
    for (const PolarPoint x : {PolarPoint{0.5, 0.2}, {2, 1.6}, {1, 3}}) {
      const double along = x.radius * std::cos(x.angle) - centre,
                   across = x.radius * std::sin(x.angle);
      EXPECT_NEAR(distance_to_axis_point(x, centre), std::hypot(along, across), 1e-14);
    }
}

TEST(PolarGrid, HalfCirclesLieAtTheirDistance) {
  const PolarPoint above = around_axis_point(-0.3, 0.4, std::numbers::pi / 2);
  EXPECT_NEAR(above.radius, 0.5, 1e-15);
  EXPECT_NEAR(above.angle, std::numbers::pi - std::atan2(0.4, 0.3), 1e-15);
  const std::vector<PolarPoint> circle = half_circle(-0.3, 0.5, 21);
  ASSERT_EQ(circle.size(), 21U);
  for (const PolarPoint x : circle) EXPECT_NEAR(distance_to_axis_point(x, -0.3), 0.5, 1e-14);
  EXPECT_NEAR(circle.front().angle, 0, 1e-14);
  EXPECT_NEAR(circle.back().radius, 0.8, 1e-14);
}

}  // namespace
}  // namespace sgilo
