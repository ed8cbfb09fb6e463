#include "sgilo/experiments/theory/network_scan.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

const Shape kWidths{5, 60, 200};
constexpr std::int64_t kMeasurements = 40;

EscapeSetting short_runs() {
  EscapeSetting setting;
  setting.time = 20;
  setting.chains = 16;
  return setting;
}

TEST(NetworkScan, TakesTheFirstCandidateThatFits) {
  const RandomStreams streams(5);
  const auto found = first_network(kWidths, kMeasurements, 0.5, 1, 40, short_runs(), streams);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->candidate, 2);
  EXPECT_GE(found->stuck, 0.5);
  for (int i = 0; i <= found->candidate; ++i) {
    const ScannedNetwork scanned = scan_network(kWidths, kMeasurements, i, short_runs(), streams);
    EXPECT_EQ(scanned.stuck >= 0.5, i == found->candidate);
    if (i == found->candidate) {
      EXPECT_TRUE(torch::equal(scanned.network.weights()[0], found->network.weights()[0]));
    }
  }
}

TEST(NetworkScan, GivesUpWhenNoCandidateFits) {
  EXPECT_FALSE(first_network(kWidths, kMeasurements, 1.5, 2, 3, short_runs(), RandomStreams(3)));
}

TEST(NetworkScan, StartsBehindTheTruth) {
  const RandomReluNetwork network(kWidths, kMeasurements, RandomStreams(1));
  const Tensor start = starts_behind(network, 200, RandomStreams(2));
  EXPECT_NEAR(start.select(1, 0).mean().item<float>(), -0.3183, 0.01);  // -1 / pi
  EXPECT_NEAR((start - start.mean(0)).norm(2, 1).mean().item<float>(), 0.05, 0.01);
}

}  // namespace
}  // namespace sgilo
