// Distances between samples against the transport problem solved by hand or by trying every
// assignment.
#include "sgilo/theory/wasserstein.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

Tensor sample(std::vector<double> values) { return torch::tensor(values, torch::kFloat64); }

// The least mean cost over all assignments of a's values to b's.
double cheapest_assignment(const Tensor& a, const Tensor& b, double power) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(a.size(0)));
  std::iota(order.begin(), order.end(), 0);
  double least = std::numeric_limits<double>::infinity();
  do {
    const Tensor moved = (a - b.index_select(0, torch::tensor(order))).abs().pow(power);
    least = std::min(least, moved.mean().item<double>());
  } while (std::next_permutation(order.begin(), order.end()));
  return std::pow(least, 1 / power);
}

TEST(Wasserstein, IsTheCheapestAssignmentOfEqualSamples) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Tensor a = RandomStreams(seed).child("a").normal({6}).to(torch::kFloat64);
    const Tensor b = RandomStreams(seed).child("b").normal({6}).to(torch::kFloat64) * 2 + 0.5;
    EXPECT_NEAR(wasserstein1(a, b), cheapest_assignment(a, b, 1), 1e-12);
    EXPECT_NEAR(wasserstein2(a, b), cheapest_assignment(a, b, 2), 1e-12);
  }
}

TEST(Wasserstein, SplitsTheWeightsOfSamplesOfDifferentSizes) {
  // Halves of 0 and 1 against thirds of 0, 1 and 5: 1/3 stays at 0, 1/6 goes from 0 to 1, 1/6 stays
  // at 1, 1/3 goes from 1 to 5.
  const Tensor a = sample({1, 0}), b = sample({5, 0, 1});
  EXPECT_NEAR(wasserstein1(a, b), 1.0 / 6 + 4.0 / 3, 1e-14);
  EXPECT_NEAR(wasserstein2(a, b), std::sqrt(1.0 / 6 + 16.0 / 3), 1e-14);
}

TEST(Wasserstein, DoesNotChangeWhenASampleIsRepeated) {
  const Tensor a = RandomStreams(1).normal({12}).to(torch::kFloat64);
  const Tensor b = RandomStreams(2).normal({12}).to(torch::kFloat64);
  EXPECT_NEAR(wasserstein1(a.repeat({5}), b), wasserstein1(a, b), 1e-14);
  EXPECT_NEAR(wasserstein2(a.repeat({5}), b.repeat({3})), wasserstein2(a, b), 1e-14);
}

TEST(Wasserstein, OfAShiftIsTheShift) {
  const Tensor a = RandomStreams(3).normal({1000}).to(torch::kFloat64);
  EXPECT_NEAR(wasserstein1(a, a + 0.25), 0.25, 1e-12);
  EXPECT_NEAR(wasserstein2(a - 0.25, a), 0.25, 1e-12);
  EXPECT_EQ(wasserstein1(a, a), 0);
}

TEST(Wasserstein, RefusesWhatIsNoSample) {
  const std::string vectors = "samples of a Wasserstein distance must be vectors with values";
  EXPECT_EQ(error_text<ConfigError>([] { wasserstein1(torch::zeros({0}), sample({1})); }), vectors);
  EXPECT_EQ(error_text<ConfigError>([] {
              wasserstein2(sample({1}), torch::zeros({2, 2}));
            }),
            vectors);
  EXPECT_EQ(error_text<NumericError>([] { wasserstein1(sample({1}), sample({NAN})); }),
            "samples of a Wasserstein distance must be finite");
}

}  // namespace
}  // namespace sgilo
