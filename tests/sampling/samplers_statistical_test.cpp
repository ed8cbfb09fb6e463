// Samplers against laws in closed form. On Gaussians the discretised chains are linear, so their
// own laws are exact; draws are compared with those, and those with the target.
#include <cmath>

#include "sgilo/sampling/annealed_langevin.h"
#include "sgilo/sampling/gaussian_score.h"
#include "sgilo/sampling/langevin.h"
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
