#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "sgilo/metrics/bootstrap.h"

namespace sgilo {
namespace {

// The percentile interval of 64 normal values is the normal interval with the deviation divided by
// n: it covers P(|t_63| < 1.96 sqrt(63/64)) = 94.3 %. 400 repetitions have a standard error of 1.2
// %; four of them are allowed.
TEST(BootstrapStatistical, CoversTheTruthAsOftenAsItSays) {
  const int repetitions = 400;
  int covered = 0;
  for (int i = 0; i < repetitions; ++i) {
    const RandomStreams streams = RandomStreams(11).child(static_cast<std::uint64_t>(i));
    const Tensor z = streams.child("values").normal({64});
    const std::vector<double> values(z.data_ptr<float>(), z.data_ptr<float>() + 64);
    const Interval found = bootstrap_mean(values, streams.child("bootstrap"), {1000, 0.95});
    covered += found.lower <= 0 && 0 <= found.upper;
  }
  EXPECT_NEAR(covered / static_cast<double>(repetitions), 0.943, 4 * 0.0116);
}

}  // namespace
}  // namespace sgilo
