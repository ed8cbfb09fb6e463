#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/theory/chains.h"
#include "sgilo/theory/hitting_time.h"
#include "support/expect_sampler_matches.h"

namespace sgilo {
namespace {

// H = sum_i l_i x_i^2 / 2: coordinate i of the chain is an autoregression whose stationary variance
// is (1 / (beta l_i)) / (1 - eta l_i / 2). 200 steps of 0.2 from 0 forget the start to e^{-20}.
TEST(ChainsStatistical, OfAQuadraticLossHaveItsStationaryCovariance) {
  const double eta = 0.2, beta = 40;
  const Tensor curvatures = torch::tensor({0.5, 1.0, 4.0});
  const Tensor end = run_chains([&](const Tensor& x) { return x * curvatures; },
                                torch::zeros({20000, 3}), {eta, beta, 200}, RandomStreams(7));
  const Tensor covariance = torch::diag(1 / (beta * curvatures * (1 - eta * curvatures / 2)));
  expect_draws_match(end, torch::zeros({3}), covariance);
}

// Without a force x is a martingale with E|x_tau|^2 = (2 n / beta) E[eta tau] at any step size.
// Both sides are seen; their difference has mean 0. False alarms: 1e-4.
TEST(ChainsStatistical, HitASphereWhenTheirVarianceSays) {
  const double eta = 0.01, beta = 2;
  const std::int64_t n = 3, chains = 4000;
  Tensor reached = torch::zeros({chains});
  HittingRecorder recorder(chains, eta, outside_ball(torch::zeros({n}), 1));
  const ChainVisitor record = recorder.visitor();
  run_chains([](const Tensor& x) { return torch::zeros_like(x); }, torch::zeros({chains, n}),
             {eta, beta, 1000}, RandomStreams(3),
             [&](int step, std::int64_t first, const Tensor& x) {
               const Tensor squared = x.square().sum(1);
               const bool goes_on = record(step, first, x);
               Tensor rows = reached.narrow(0, first, x.size(0));
               for (std::int64_t i = 0; i < x.size(0); ++i)
                 if (recorder.times().times[static_cast<std::size_t>(first + i)] == step * eta)
                   rows[i] = squared[i];
               return goes_on;
             });
  ASSERT_EQ(recorder.times().unhit(), 0);
  const Tensor times = torch::tensor(recorder.times().times);
  const Tensor difference = reached - 2 * n / beta * times;
  const double error = difference.std().item<double>() / std::sqrt(static_cast<double>(chains));
  EXPECT_NEAR(difference.mean().item<double>(), 0, 3.9 * error);
}

}  // namespace
}  // namespace sgilo
