#include "sgilo/sampling/noise_schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(NoiseSchedule, FallsFromTheFirstToTheLastLevelWithItsSpacing) {
  for (const NoiseSpacing spacing :
       {NoiseSpacing::geometric, NoiseSpacing::rho, NoiseSpacing::linear}) {
    const std::vector<double> stds = noise_levels({spacing, 5, 0.8, 0.05, 7});
    ASSERT_EQ(stds.size(), 5u);
    EXPECT_NEAR(stds.front(), 0.8, 1e-12);
    EXPECT_NEAR(stds.back(), 0.05, 1e-12);
    const auto coordinate = [&](double std) {
      return spacing == NoiseSpacing::geometric ? std::log(std)
             : spacing == NoiseSpacing::rho     ? std::pow(std, 1.0 / 7)
                                                : std;
    };
    for (std::size_t i = 2; i < 5; ++i)
      EXPECT_NEAR(coordinate(stds[i]) - coordinate(stds[i - 1]),
                  coordinate(stds[1]) - coordinate(stds[0]), 1e-12);
  }
}

TEST(NoiseSchedule, GivesTheTimesAtWhichTheSdeHasItsLevels) {
  const Sde sde;
  const std::vector<double> stds = noise_levels({}), times = times_of(stds, sde);
  for (std::size_t i = 0; i < stds.size(); ++i) EXPECT_NEAR(sde.std(times[i]), stds[i], 1e-12);
  EXPECT_EQ(noise_levels({NoiseSpacing::linear, 1, 0.3, 0.1, 7}), std::vector<double>{0.3});
}

TEST(NoiseSchedule, RefusesRisingLevels) {
  EXPECT_EQ(error_text<ConfigError>([] {
              noise_levels({NoiseSpacing::rho, 5, 0.1, 0.2, 7});
            }),
            "schedule.last_std must be at most schedule.first_std = 0.1, but is 0.2");
}

}  // namespace
}  // namespace sgilo
