// What every sampler has in common: a row alone gives what it gives in a batch, the observer is
// told and may stop, errors are named.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "sgilo/core/error.h"
#include "sgilo/sampling/annealed_langevin.h"
#include "sgilo/sampling/gaussian_score.h"
#include "sgilo/sampling/langevin.h"
#include "sgilo/sampling/probability_flow.h"
#include "sgilo/sampling/reverse_sde.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

using Sampler = std::function<Tensor(const ScoreFunction&, const Sde&, const Tensor&,
                                     const std::vector<RandomStreams>&, Observer&)>;

std::map<std::string, Sampler> all_samplers() {
  std::map<std::string, Sampler> samplers;
  samplers["langevin"] = [](auto& score, auto& sde, auto& x, auto& rows, auto& observer) {
    return langevin(score, sde, x, {.steps = 5}, rows, observer);
  };
  samplers["annealed langevin"] = [](auto& score, auto& sde, auto& x, auto& rows, auto& observer) {
    AnnealedLangevinOptions options;
    options.schedule.levels = 5;
    return annealed_langevin(score, sde, x, options, rows, observer);
  };
  samplers["probability flow"] = [](auto& score, auto& sde, auto& x, auto&, auto& observer) {
    return probability_flow(score, sde, x, 1, 1e-3, {1e-3, 1e-3, 1000}, observer);
  };
  samplers["denoise"] = [](auto& score, auto& sde, auto& x, auto&, auto&) {
    return denoise(score, sde, x, 0.5, 4);
  };
  for (const Predictor predictor :
       {Predictor::none, Predictor::euler_maruyama, Predictor::reverse_diffusion,
        Predictor::ancestral, Predictor::exponential})
    for (const Corrector corrector : {Corrector::none, Corrector::langevin, Corrector::ald})
      samplers[concat(word_of(predictor), " ", word_of(corrector))] =
          [=](auto& score, auto& sde, auto& x, auto& rows, auto& observer) {
            PredictorCorrectorOptions options;
            options.predictor = predictor;
            options.corrector = corrector;
            options.steps = 5;
            return predictor_corrector(score, sde, x, options, rows, observer);
          };
  return samplers;
}

std::vector<RandomStreams> streams(std::uint64_t first, std::uint64_t count) {
  std::vector<RandomStreams> rows;
  for (std::uint64_t i = first; i < first + count; ++i)
    rows.push_back(RandomStreams(3).child("chain", i));
  return rows;
}

class Steps : public Observer {
 public:
  explicit Steps(int stop_after = 1000000) : stop_after_(stop_after) {}
  void on_step(const StepReport&) override { ++steps; }
  bool stop_requested() override { return steps >= stop_after_; }
  int steps = 0;

 private:
  int stop_after_;
};

TEST(Samplers, GiveARowWhatItGetsAlone) {
  const Sde sde;
  const ScoreFunction score =
      gaussian_score(sde, torch::full({3, 2, 2}, 0.5), torch::full({1}, 0.3));
  const Tensor x = normal_rows(streams(10, 4), {3, 2, 2});
  for (const auto& [name, sampler] : all_samplers()) {
    Observer silent;
    const Tensor together = sampler(score, sde, x, streams(0, 4), silent);
    ASSERT_EQ(together.sizes(), x.sizes()) << name;
    for (std::int64_t i = 0; i < 4; ++i)
      EXPECT_TRUE(torch::allclose(
          together.narrow(0, i, 1),
          sampler(score, sde, x.narrow(0, i, 1), streams(static_cast<std::uint64_t>(i), 1), silent),
          1e-5, 1e-6))
          << name;
  }
}

TEST(Samplers, TellTheObserverAndStopWhenItAsks) {
  const Sde sde;
  const ScoreFunction score = gaussian_score(sde, torch::zeros({2}), torch::ones({1}));
  const Tensor x = normal_rows(streams(0, 2), {2});
  for (const auto& [name, sampler] : all_samplers()) {
    if (name == "denoise" || name.rfind("partial", 0) == 0) continue;
    Steps all, two(2);
    sampler(score, sde, x, streams(0, 2), all);
    EXPECT_GE(all.steps, 3) << name;
    sampler(score, sde, x, streams(0, 2), two);
    EXPECT_EQ(two.steps, 2) << name;
  }
}

TEST(Samplers, NameAScoreThatIsNotFinite) {
  const ScoreFunction broken = [](const Tensor& x, const Tensor&) {
    return x * std::numeric_limits<float>::quiet_NaN();
  };
  EXPECT_EQ(error_text<NumericError>([&] {
              denoise(broken, Sde(), torch::ones({1, 2}), 0.5, 2);
            }),
            "score at t = 0.5 is not finite");
  Observer silent;
  EXPECT_EQ(error_text<NumericError>([&] {
              probability_flow(broken, Sde(), torch::ones({1, 2}), 1, 1e-3, {}, silent);
            }),
            "a step of the probability flow is not finite");
}

TEST(Samplers, NeedOneStreamPerRow) {
  const ScoreFunction score = gaussian_score(Sde(), torch::zeros({2}), torch::ones({1}));
  EXPECT_EQ(error_text<ConfigError>([&] {
              Observer silent;
              langevin(score, Sde(), torch::ones({3, 2}), {}, streams(0, 2), silent);
            }),
            "a sampler needs one random stream per row, but got 2 streams for 3 rows");
}

TEST(ReverseSde, HasNoAncestralStepForSubvp) {
  const Sde sde(SdeOptions{.kind = SdeKind::subvp});
  const ScoreFunction score = gaussian_score(sde, torch::zeros({2}), torch::ones({1}));
  EXPECT_EQ(error_text<ConfigError>([&] {
              predict(Predictor::ancestral, score, sde, torch::ones({1, 2}),
                      sde.transition(0.1, 0.2), torch::zeros({1, 2}));
            }),
            "predictor ancestral_sampling works with the vp and ve diffusions, not with subvp");
}

TEST(ReverseSde, StepsAlongTheProbabilityFlowWithoutNoise) {
  const Sde sde;
  const ScoreFunction score = gaussian_score(sde, torch::full({1}, 0.3), torch::full({1}, 0.5));
  const Tensor x = torch::tensor({{0.8, -0.4}}), noise = torch::ones({1, 2});
  const Transition step = sde.transition(0.3 - 1e-3, 0.3);
  const Tensor expected = x - probability_flow_drift(score, sde, x, time_of_rows(0.3, x)) * 1e-3;
  for (const Predictor predictor : {Predictor::euler_maruyama, Predictor::reverse_diffusion}) {
    const Update update = predict(predictor, score, sde, x, step, noise, true);
    EXPECT_TRUE(torch::allclose(update.x, expected, 0, 1e-5)) << word_of(predictor);
    EXPECT_TRUE(torch::equal(update.x, update.mean)) << word_of(predictor);
  }
  EXPECT_EQ(error_text<ConfigError>(
                [&] { predict(Predictor::ancestral, score, sde, x, step, noise, true); }),
            "predictor ancestral_sampling has no form for the probability flow, but "
            "euler_maruyama and reverse_diffusion have");
}

TEST(Langevin, PreconditionsDriftAndNoiseTogether) {
  const Tensor x = torch::tensor({1.0, 2.0}), score = torch::tensor({-1.0, 3.0});
  const Tensor noise = torch::tensor({0.5, -1.0}), step = torch::tensor({0.02, 0.08});
  const Tensor expected =
      torch::tensor({1 - 0.02 + std::sqrt(0.01) * 0.5, 2 + 0.24 - std::sqrt(0.04)});
  EXPECT_TRUE(torch::allclose(langevin_step(x, score, noise, step, 4), expected));
  EXPECT_TRUE(torch::allclose(langevin_step(x, score, noise, 0.02, 4)[0], expected[0]));
}

// N(0, c) smoothed to y = v + ratio xi has the score -y / (c + ratio^2).
TEST(Langevin, TakesTheScoreInTheVariablesOwnCoordinates) {
  const Sde sde;
  const ScoreFunction score = gaussian_score(sde, torch::zeros({2}), torch::full({1}, 0.5));
  const Tensor v = torch::tensor({{1.0, -2.0}});
  const double t = 0.3, ratio = sde.noise_ratio(t);
  EXPECT_TRUE(torch::allclose(smoothed_score(score, sde, v, t), -v / (0.5 + ratio * ratio)));
}

// x_t / a = y solves y_0 = m + (y - m) sqrt(c / (c + r^2)) with r = std / a.
Tensor exact_flow(const Sde& sde, const Tensor& x_t, double t, double mean, double variance) {
  const double r = sde.noise_ratio(t);
  return mean + (x_t / sde.mean_scale(t) - mean) * std::sqrt(variance / (variance + r * r));
}

TEST(ProbabilityFlow, CarriesAGaussianAlongItsQuantiles) {
  const torch::TensorOptions f64(torch::kFloat64);
  for (const SdeKind kind : {SdeKind::vp, SdeKind::subvp, SdeKind::ve}) {
    const Sde sde(SdeOptions{.kind = kind});
    const ScoreFunction score = gaussian_score(sde, torch::full({1}, 0.7), torch::full({1}, 0.2));
    const Tensor x = normal_rows(streams(0, 6), {4}).to(f64) * sde.prior_std();
    Observer silent;
    const Tensor back = probability_flow(score, sde, x, 1, 1e-4, {1e-9, 1e-9, 100000}, silent);
    const Tensor y = exact_flow(sde, x, 1, 0.7, 0.2);
    EXPECT_TRUE(torch::allclose(exact_flow(sde, back, 1e-4, 0.7, 0.2), y, 1e-6, 1e-6))
        << sde.describe();
    const Tensor again = probability_flow(score, sde, back, 1e-4, 1, {1e-9, 1e-9, 100000}, silent);
    EXPECT_TRUE(torch::allclose(again, x, 1e-5, 1e-5)) << sde.describe();
  }
}

TEST(ProbabilityFlow, SaysWhenTheEvaluationsDoNotSuffice) {
  const Sde sde;
  const ScoreFunction score = gaussian_score(sde, torch::zeros({2}), torch::full({1}, 1e-3));
  Observer silent;
  EXPECT_EQ(error_text<NumericError>([&] {
              probability_flow(score, sde, torch::ones({1, 2}), 1, 1e-3, {1e-5, 1e-5, 12}, silent);
            }),
            "the probability flow did not reach t = 0.001 within 12 score evaluations");
}

double denoising_error(double std, double variance, int steps) {
  const Sde sde;
  const double t = sde.t_of_std(std);
  const Tensor x = torch::full({1, 1}, 0.8, torch::kFloat64);
  const ScoreFunction score = gaussian_score(sde, torch::zeros({1}), torch::full({1}, variance));
  return (denoise(score, sde, x, t, steps) - exact_flow(sde, x, t, 0, variance))
      .abs()
      .item<double>();
}

TEST(Denoise, TakesFourStepsToAPercentAndIsOfSecondOrder) {
  for (const double std : {0.1, 0.3, 0.5, 0.7})
    for (const double variance : {0.001, 0.01, 0.1, 1.0})
      EXPECT_LT(denoising_error(std, variance, 4), 0.025) << std << " " << variance;
  // Between the last level, fixed at a twentieth, and 0 a small error of its own remains.
  EXPECT_LT(denoising_error(0.5, 1, 8), denoising_error(0.5, 1, 4) / 3.5);
  EXPECT_LT(denoising_error(0.5, 1, 16), 1e-3);
}

TEST(Denoise, ReturnsTheExpectationInOneStep) {
  const Sde sde;
  const ScoreFunction score = gaussian_score(sde, torch::zeros({1}), torch::full({1}, 0.5));
  const Tensor x = torch::tensor({{0.8}});
  EXPECT_TRUE(torch::allclose(denoise(score, sde, x, 0.2, 1),
                              sde.denoised(x, 0.2, score(x, torch::tensor({0.2})))));
  EXPECT_EQ(error_text<ConfigError>([&] { denoise(score, sde, x, 0.2, 0); }),
            "denoising steps must be positive, but are 0");
}

}  // namespace
}  // namespace sgilo
