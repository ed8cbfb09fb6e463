// Densities by the probability flow against Gaussians and mixtures in closed form.
#include "sgilo/sampling/flow_density.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "support/exact_scores.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

std::vector<RandomStreams> streams(std::uint64_t count) {
  std::vector<RandomStreams> rows;
  for (std::uint64_t i = 0; i < count; ++i) rows.push_back(RandomStreams(5).child("row", i));
  return rows;
}

Tensor f64(std::vector<double> values) { return torch::tensor(values, torch::kFloat64); }

// log N(x; mean, variance) summed over the coordinates: [N].
Tensor gaussian_log_density(const Tensor& x, const Tensor& mean, const Tensor& variance) {
  return ((x - mean).square() / variance + (variance * (2 * std::numbers::pi)).log()).sum(1) * -0.5;
}

FlowDensityOptions tight(Divergence divergence) {
  return {.divergence = divergence, .first_t = 1e-4, .ode = {1e-8, 1e-8, 100000}};
}

// The flow carries x_t ~ N(a m, v(t)) to z = a_1 m + sqrt(v_1 / v_0) (x - a_0 m), so that the
// density is that of the prior at z times sqrt(v_1 / v_0) in each coordinate. The Jacobian is
// diagonal, for which probes of signs are exact too.
TEST(FlowDensity, IsTheDensityOfAGaussianInClosedForm) {
  const Tensor mean = f64({0.4, -1.0, 0.1}), variance = f64({0.3, 1.2, 2.0});
  const Tensor x = f64({0.5, 0.2, -0.3, 2.0, -1.5, 0.9}).view({2, 3});
  for (const SdeKind kind : {SdeKind::vp, SdeKind::subvp, SdeKind::ve}) {
    const Sde sde(SdeOptions{.kind = kind});
    const ScoreFunction score = gaussian_score(sde, mean, variance);
    const auto variance_at = [&](double t) {
      return variance * std::pow(sde.mean_scale(t), 2) + std::pow(sde.std(t), 2);
    };
    const Tensor gain = (variance_at(1) / variance_at(1e-4)).sqrt();
    const Tensor z = mean * sde.mean_scale(1) + gain * (x - mean * sde.mean_scale(1e-4));
    const Tensor expected = sde.prior_log_density(z) + gain.log().sum();
    for (const Divergence divergence : {Divergence::exact, Divergence::rademacher}) {
      Observer silent;
      const FlowDensity got = flow_density(score, sde, x, tight(divergence), streams(2), silent);
      EXPECT_TRUE(torch::allclose(got.log_density, expected, 1e-6, 1e-6)) << sde.describe();
      EXPECT_TRUE(torch::allclose(got.latent, z, 1e-6, 1e-6)) << sde.describe();
    }
    // Also the density of the Gaussian itself, up to what remains of its mean in x_1: for ve
    // sum mean (x - mean) / (50 sqrt(variance)) = 0.034.
    EXPECT_TRUE(torch::allclose(expected, gaussian_log_density(x, mean, variance), 0, 0.05))
        << sde.describe();
  }
}

TEST(FlowDensity, IsTheDensityOfAMixture) {
  const Sde sde;
  const Tensor weights = f64({0.3, 0.7}), variances = f64({0.05, 0.15});
  const Tensor means = f64({-1.2, 0.5, 0.8, -0.2}).view({2, 2});
  const ScoreFunction score = mixture_score(sde, weights, means, variances);
  const Tensor x = f64({-1.0, 0.4, 0.7, 0.1, -0.1, 0.1}).view({3, 2});
  Tensor density = torch::zeros({3}, torch::kFloat64);
  for (std::int64_t k = 0; k < 2; ++k)
    density += weights[k] * gaussian_log_density(x, means[k], variances[k].expand({2})).exp();
  Observer silent;
  const FlowDensity got =
      flow_density(score, sde, x, tight(Divergence::exact), streams(3), silent);
  // p_1 is taken as N(0, I): its mean is off by up to 0.0066.
  EXPECT_TRUE(torch::allclose(got.log_density, density.log(), 0, 0.02))
      << got.log_density << density.log();
}

TEST(FlowDensity, HasTheDivergenceOfFiniteDifferences) {
  const Sde sde;
  const ScoreFunction score =
      mixture_score(sde, f64({0.4, 0.6}), f64({-1, 0.5, 1, 0}).view({2, 2}), f64({0.1, 0.3}));
  const Tensor x = f64({0.2, -0.4, 1.1, 0.3}).view({2, 2}), t = f64({0.05, 0.4});
  const double h = 1e-5;
  Tensor expected = torch::zeros({2}, torch::kFloat64);
  for (std::int64_t i = 0; i < 2; ++i) {
    Tensor step = torch::zeros({2}, torch::kFloat64);
    step[i] = h;
    expected += (probability_flow_drift(score, sde, x + step, t) -
                 probability_flow_drift(score, sde, x - step, t))
                    .select(1, i) /
                (2 * h);
  }
  const Tensor basis = torch::eye(2, torch::kFloat64).unsqueeze(1).expand({2, 2, 2});
  const FlowSlope got = flow_slope(score, sde, x, t, basis);
  EXPECT_TRUE(torch::allclose(got.trace, expected, 1e-7, 1e-7)) << got.trace << expected;
  EXPECT_TRUE(torch::equal(got.drift, probability_flow_drift(score, sde, x, t)));
}

TEST(FlowDensity, OfARowDoesNotDependOnItsNeighbours) {
  const Sde sde;
  const ScoreFunction score =
      full_gaussian_score(sde, f64({0.1, 0.2}), f64({1.0, 0.4, 0.4, 0.5}).view({2, 2}));
  const Tensor x = f64({0.2, -0.4, 1.1, 0.3, 5, -5}).view({3, 2});
  Observer silent;
  for (const Divergence divergence :
       {Divergence::rademacher, Divergence::gaussian, Divergence::exact}) {
    const FlowDensityOptions options{.divergence = divergence, .probes = 2};
    const Tensor all = flow_density(score, sde, x, options, streams(3), silent).log_density;
    const Tensor first =
        flow_density(score, sde, x.narrow(0, 0, 1), options, streams(1), silent).log_density;
    EXPECT_NEAR(all[0].item<double>(), first.item<double>(), 1e-12);
  }
}

TEST(FlowDensity, ConvertsNatsToBits) {
  const Tensor bits = bits_per_dimension(f64({-6 * std::log(2.0)}), 3, 8);
  EXPECT_NEAR(bits.item<double>(), 10, 1e-12);
}

TEST(FlowDensity, IsNotANumberWhenStopped) {
  struct Stopped : Observer {
    bool stop_requested() override { return true; }
  } stopped;
  const ScoreFunction score = gaussian_score(Sde(), torch::zeros({2}), torch::ones({1}));
  const FlowDensity got = flow_density(score, Sde(), torch::ones({1, 2}), {}, streams(1), stopped);
  EXPECT_TRUE(got.log_density.isnan().all().item<bool>());
}

TEST(FlowDensity, SaysWhatItNeeds) {
  Observer silent;
  const Tensor x = torch::ones({2, 2});
  const ScoreFunction score = gaussian_score(Sde(), torch::zeros({2}), torch::ones({1}));
  const ScoreFunction without_history = [&](const Tensor& at, const Tensor& t) {
    return score(at, t).detach();
  };
  EXPECT_EQ(error_text<ConfigError>(
                [&] { flow_density(without_history, Sde(), x, {}, streams(2), silent); }),
            "a density needs a score function that can be differentiated, but this one records "
            "no history");
  EXPECT_EQ(
      error_text<ConfigError>([&] { flow_density(score, Sde(), x, {}, streams(1), silent); }),
      "a density needs one random stream per row, but got 1 streams for 2 rows");
  EXPECT_EQ(error_text<ConfigError>(
                [&] { flow_density(score, Sde(), x, {.probes = 0}, streams(2), silent); }),
            "density.probes must be positive, but is 0");
}

}  // namespace
}  // namespace sgilo
