#include "sgilo/metrics/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

std::vector<double> normals(const RandomStreams& streams, std::int64_t count, double mean) {
  const Tensor z = streams.normal({count});
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(mean + z[i].item<double>());
  return values;
}

// A resampled mean of n values has the standard deviation std / sqrt(n) (std divided by n).
TEST(Bootstrap, HasTheWidthOfTheNormalLaw) {
  const std::vector<double> values = normals(RandomStreams(1), 400, 3);
  double mean = 0, square = 0;
  for (const double v : values) mean += v / 400;
  for (const double v : values) square += (v - mean) * (v - mean) / 400;
  const double half_width = 1.96 * std::sqrt(square / 400);
  const Interval found = bootstrap_mean(values, RandomStreams(2));
  EXPECT_NEAR(found.estimate, mean, 1e-12);
  // A 2.5 % quantile of 10,000 replicates has a standard error of 2.7 % of their deviation.
  EXPECT_NEAR(found.lower, mean - half_width, 0.06 * half_width);
  EXPECT_NEAR(found.upper, mean + half_width, 0.06 * half_width);
}

TEST(Bootstrap, PairsTheValuesOfAnImage) {
  const std::vector<double> b = normals(RandomStreams(3), 64, 0);
  std::vector<double> a = b;
  for (double& value : a) value += 0.25;
  const Interval difference = bootstrap_difference(a, b, RandomStreams(4));
  EXPECT_NEAR(difference.lower, 0.25, 1e-12);
  EXPECT_NEAR(difference.upper, 0.25, 1e-12);
  std::vector<double> scaled = normals(RandomStreams(5), 64, 10), base = scaled;
  for (double& value : scaled) value *= 0.8;
  const Interval ratio = bootstrap_ratio(scaled, base, RandomStreams(6));
  EXPECT_NEAR(ratio.lower, 0.8, 1e-12);
  EXPECT_NEAR(ratio.upper, 0.8, 1e-12);
}

TEST(Bootstrap, RepeatsWithTheSameStreamAndNotWithAnother) {
  const std::vector<double> values = normals(RandomStreams(1), 20, 0);
  const Interval first = bootstrap_mean(values, RandomStreams(8), {200, 0.9});
  const Interval again = bootstrap_mean(values, RandomStreams(8), {200, 0.9});
  const Interval other = bootstrap_mean(values, RandomStreams(9), {200, 0.9});
  EXPECT_EQ(first.lower, again.lower);
  EXPECT_EQ(first.upper, again.upper);
  EXPECT_NE(first.lower, other.lower);
}

TEST(Bootstrap, SaysWhatItCannotTake) {
  const RandomStreams streams(1);
  const auto text_of = [](const std::function<void()>& action) -> std::string {
    try {
      action();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(text_of([&] { bootstrap_mean({1.0}, streams); }),
            "bootstrap: an interval needs at least 2 images, but has 1");
  EXPECT_EQ(text_of([&] {
              bootstrap_difference({1, 2}, {1, 2, 3}, streams);
            }),
            "bootstrap: both methods must have a value per image, but have 2 and 3");
  EXPECT_EQ(text_of([&] {
              bootstrap_mean({1, std::numeric_limits<double>::infinity()}, streams);
            }),
            "bootstrap: values are not finite");
  EXPECT_EQ(text_of([&] {
              bootstrap_mean({1, 2}, streams, {100, 1.0});
            }),
            "bootstrap: level must be in (0, 1), but is 1");
  EXPECT_EQ(text_of([&] {
              bootstrap_mean({1, 2}, streams, {0, 0.95});
            }),
            "bootstrap: resamples must be at least 1, but is 0");
  EXPECT_EQ(text_of([&] {
              bootstrap_ratio({1, 2}, {0, 0}, streams);
            }),
            "bootstrap: the mean that the ratio divides by is zero");
}

}  // namespace
}  // namespace sgilo
