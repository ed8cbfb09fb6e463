// Hutchinson's estimate of the divergence has the exact divergence as its mean.
#include <gtest/gtest.h>

#include <cmath>

#include "support/exact_scores.h"
#include "sgilo/sampling/flow_density.h"

namespace sgilo {
namespace {

TEST(FlowDensity, EstimatesTheDivergenceWithoutBias) {
  const Sde sde;
  const std::int64_t draws = 20000;
  const Tensor covariance = torch::tensor({1.0, 0.4, 0.2, 0.4, 0.5, -0.1, 0.2, -0.1, 0.3});
  const ScoreFunction score =
      full_gaussian_score(sde, torch::zeros({3}), covariance.to(torch::kFloat32).view({3, 3}));
  const Tensor x = torch::tensor({0.3, -0.2, 0.9}).to(torch::kFloat32).expand({draws, 3});
  const Tensor t = torch::full({draws}, 0.3);
  const Tensor basis = torch::eye(3).unsqueeze(1);
  const double exact =
      flow_slope(score, sde, x.narrow(0, 0, 1), t.narrow(0, 0, 1), basis).trace.item<double>();
  const RandomStreams random(3);
  for (const Tensor& probes : {random.signs({1, draws, 3}), random.normal({1, draws, 3})}) {
    const Tensor estimates = flow_slope(score, sde, x, t, probes).trace;
    const double error = estimates.std().item<double>() / std::sqrt(static_cast<double>(draws));
    EXPECT_GT(error, 0);
    EXPECT_NEAR(estimates.mean().item<double>(), exact, 4 * error);
  }
}

// log N(0; 0, C) by averages of probes: the estimate is linear in them.
TEST(FlowDensity, AveragesItsProbesToTheDensity) {
  const Sde sde;
  const Tensor covariance = torch::tensor({1.0, 0.4, 0.4, 0.5}, torch::kFloat64).view({2, 2});
  const ScoreFunction score =
      full_gaussian_score(sde, torch::zeros({2}, torch::kFloat64), covariance);
  const std::int64_t count = 4000;
  const Tensor x = torch::tensor({0.5, -0.7}, torch::kFloat64).expand({count, 2});
  std::vector<RandomStreams> rows;
  for (std::int64_t i = 0; i < count; ++i)
    rows.push_back(RandomStreams(9).child("row", static_cast<std::uint64_t>(i)));
  Observer silent;
  FlowDensityOptions options{.divergence = Divergence::exact};
  const double exact = flow_density(score, sde, x.narrow(0, 0, 1), options, {rows[0]}, silent)
                           .log_density.item<double>();
  for (const Divergence divergence : {Divergence::rademacher, Divergence::gaussian}) {
    double single_error = 0;
    for (const int probes : {1, 4}) {
      options = {.divergence = divergence, .probes = probes};
      const Tensor got = flow_density(score, sde, x, options, rows, silent).log_density;
      const double spread = got.std().item<double>();
      EXPECT_NEAR(got.mean().item<double>(), exact,
                  4 * spread / std::sqrt(static_cast<double>(count)));
      if (probes == 1) {
        single_error = spread;
      } else {  // four probes halve the standard deviation
        EXPECT_NEAR(spread / single_error, 0.5, 0.05);
      }
    }
  }
}

}  // namespace
}  // namespace sgilo
