// Samplers against laws in closed form. On Gaussians the discretised chains are linear, so their
// own laws are exact; draws are compared with those, and those with the target.
#include <cmath>

#include "sgilo/sampling/annealed_langevin.h"
#include "sgilo/sampling/gaussian_score.h"
#include "sgilo/sampling/langevin.h"
#include "sgilo/sampling/partial_reverse.h"
#include "sgilo/sampling/probability_flow.h"
#include "sgilo/sampling/reverse_sde.h"
#include "support/expect_sampler_matches.h"
#include "support/mixture.h"

namespace sgilo {
namespace {

Tensor diagonal(std::vector<double> values) {
  return torch::diag(torch::tensor(values, torch::kFloat64));
}

// v' = (1 - eta/s) v + sqrt(2 eta) xi for the target N(0, s): the chain's stationary variance is
// s / (1 - eta / (2 s)), and after k steps from v = 0 it is this times 1 - (1 - eta/s)^{2k}.
double langevin_variance(double target, double eta, double steps) {
  const double shrink = 1 - eta / target;
  return target / (1 - eta / (2 * target)) * (1 - std::pow(shrink, 2 * steps));
}

TEST(Langevin, HasTheExactLawOfTheDiscretisedChain) {
  const Sde sde;
  const ScoreFunction score = gaussian_score(sde, torch::zeros({2}), torch::tensor({1.0, 0.2}));
  LangevinOptions options;
  options.noise_std = 0.02;
  const double ratio = sde.noise_ratio(sde.t_of_std(options.noise_std));
  for (const double eta : {0.01, 0.1}) {
    options.step_size = eta;
    options.steps = static_cast<int>(std::lround(1 / eta));
    Observer silent;
    expect_sampler_matches(
        [&](const std::vector<RandomStreams>& rows) {
          return langevin(score, sde, torch::zeros({static_cast<std::int64_t>(rows.size()), 2}),
                          options, rows, silent);
        },
        torch::zeros({2}),
        diagonal({langevin_variance(1 + ratio * ratio, eta, options.steps),
                  langevin_variance(0.2 + ratio * ratio, eta, options.steps)}));
  }
}

TEST(Langevin, LosesItsBiasInProportionToTheStep) {
  const double coarse = langevin_variance(1, 0.1, 1e9) - 1,
               fine = langevin_variance(1, 0.01, 1e9) - 1;
  EXPECT_NEAR(coarse / fine, 10, 0.5);
}

TEST(Langevin, SamplesTheTemperedLaw) {
  const Sde sde;
  const ScoreFunction score = gaussian_score(sde, torch::zeros({1}), torch::ones({1}));
  LangevinOptions options;
  options.steps = 60;
  options.step_size = 0.1;
  options.noise_std = 0.01;
  options.inverse_temperature = 4;
  Observer silent;
  expect_sampler_matches(
      [&](const std::vector<RandomStreams>& rows) {
        return langevin(score, sde, torch::zeros({static_cast<std::int64_t>(rows.size()), 1}),
                        options, rows, silent);
      },
      torch::zeros({1}), diagonal({langevin_variance(1.0001, 0.1, 60) / 4}));
}

// The denoiser and the reverse steps are linear on N(0, c): their gains and noise give the law of
// one application to a draw of the prior.
double partial_reverse_variance(const PartialReverseOptions& options, double std, double c) {
  const Sde sde;
  const double t = sde.t_of_std(std), r = sde.noise_ratio(t);
  const ScoreFunction score = gaussian_score(sde, torch::zeros({1}), torch::full({1}, c));
  if (options.method == ReverseMethod::ode) {
    const Tensor one = torch::full({1, 1}, sde.mean_scale(t), torch::kFloat64);
    const double gain = denoise(score, sde, one, t, options.steps).item<double>();
    return gain * gain * (c + r * r);
  }
  const std::vector<double> ratios = denoising_ratios(r, options.steps);
  double variance = c + r * r;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const double now = ratios[i], next = i + 1 < ratios.size() ? ratios[i + 1] : 0.0;
    const double kept = next * next / (now * now);
    const double gain = kept + (1 - kept) * c / (c + now * now);
    variance = gain * gain * variance + next * next * (1 - kept);
  }
  return variance;
}

TEST(PartialReverse, HasTheExactLawOfTheDiscretisedKernel) {
  const Sde sde;
  const double c0 = 1, c1 = 0.1, std = 0.3;
  const Tensor variances = torch::tensor({c0, c1}, torch::kFloat32);
  const ScoreFunction score = gaussian_score(sde, torch::zeros({2}), variances);
  for (const ReverseMethod method : {ReverseMethod::ode, ReverseMethod::sde})
    for (const int steps : {1, 4}) {
      const PartialReverseOptions options{method, steps};
      expect_sampler_matches(
          [&](const std::vector<RandomStreams>& rows) {
            const Tensor draw = normal_rows(children(rows, "start"), {2}) * variances.sqrt();
            return partial_reverse(score, sde, draw, sde.t_of_std(std), options, rows);
          },
          torch::zeros({2}),
          diagonal({partial_reverse_variance(options, std, c0),
                    partial_reverse_variance(options, std, c1)}));
    }
}

TEST(PartialReverse, LosesItsBiasWithTheOrderOfItsMethod) {
  const auto bias = [](ReverseMethod method, int steps, double c) {
    return std::abs(partial_reverse_variance({method, steps}, 0.3, c) / c - 1);
  };
  EXPECT_LT(bias(ReverseMethod::ode, 4, 1), 0.01);
  EXPECT_LT(bias(ReverseMethod::ode, 8, 1), 0.001);
  EXPECT_LT(bias(ReverseMethod::ode, 8, 0.1), 0.01);
  EXPECT_LT(bias(ReverseMethod::sde, 64, 1), 0.006);
  EXPECT_NEAR(bias(ReverseMethod::sde, 64, 1) / bias(ReverseMethod::sde, 128, 1), 2, 0.5);
}

// One application moves the mean of a point v by -size v and adds noise of twice that size.
TEST(PartialReverse, IsALangevinStepForSmallTimes) {
  const Sde sde;
  const double std = 0.02;
  const ScoreFunction score = gaussian_score(sde, torch::zeros({1}), torch::ones({1}));
  for (const ReverseMethod method : {ReverseMethod::ode, ReverseMethod::sde}) {
    const double size = (method == ReverseMethod::ode ? 0.5 : 1.0) * std * std;
    const double start = 3;
    expect_sampler_matches(
        [&](const std::vector<RandomStreams>& rows) {
          const Tensor v = torch::full({static_cast<std::int64_t>(rows.size()), 1}, start);
          return partial_reverse(score, sde, v, sde.t_of_std(std), {method, 64}, rows);
        },
        torch::full({1}, start * (1 - size)), diagonal({2 * size}),
        // The reverse SDE takes its last step, from ratio 0.01, without noise of variance 1e-4.
        {.draws = 20000, .bias = method == ReverseMethod::ode ? 1e-6 : 1.1e-4});
  }
}

TEST(ProbabilityFlow, SamplesAMixture) {
  const Mixture mixture;
  for (const SdeKind kind : {SdeKind::vp, SdeKind::subvp, SdeKind::ve}) {
    const Sde sde(SdeOptions{.kind = kind, .std_max = 20});
    Observer silent;
    expect_sampler_matches(
        [&](const std::vector<RandomStreams>& rows) {
          return probability_flow(mixture.score(sde), sde, prior_draw(sde, {2}, rows), 1, 1e-4,
                                  {1e-4, 1e-4, 10000}, silent);
        },
        mixture.mean(), mixture.covariance(),
        // p_1 is taken as N(0, prior_std^2): the ve diffusion leaves mean / std_max of a deviation.
        {.draws = 5000, .bias = kind == SdeKind::ve ? 0.03 : 0.003});
  }
}

TEST(PredictorCorrector, SamplesAMixture) {
  const Mixture mixture;
  const Sde sde;
  for (const Predictor predictor : {Predictor::euler_maruyama, Predictor::reverse_diffusion,
                                    Predictor::ancestral, Predictor::exponential}) {
    PredictorCorrectorOptions options;
    options.predictor = predictor;
    options.corrector = Corrector::ald;
    options.steps = 200;
    Observer silent;
    expect_sampler_matches(
        [&](const std::vector<RandomStreams>& rows) {
          return predictor_corrector(mixture.score(sde), sde, prior_draw(sde, {2}, rows), options,
                                     rows, silent);
        },
        // Time steps of 1/200 leave a bias of first order.
        mixture.mean(), mixture.covariance(), {.draws = 4000, .bias = 0.02});
  }
}

TEST(AnnealedLangevin, SamplesAMixture) {
  const Mixture mixture;
  const Sde sde;
  AnnealedLangevinOptions options;
  options.schedule = {NoiseSpacing::linear, 60, 0.99, 0.02, 7};
  options.steps_per_level = 8;
  options.step_ratio = 0.1;
  Observer silent;
  expect_sampler_matches(
      [&](const std::vector<RandomStreams>& rows) {
        return annealed_langevin(mixture.score(sde), sde, prior_draw(sde, {2}, rows), options, rows,
                                 silent);
      },
      // Langevin steps of a tenth of the variance leave it too large by up to a twentieth.
      mixture.mean(), mixture.covariance(), {.draws = 4000, .bias = 0.05});
}

}  // namespace
}  // namespace sgilo
