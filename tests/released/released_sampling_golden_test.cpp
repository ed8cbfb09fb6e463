// Agreement with numbers recorded from the released program (golden data of section 4) with the
// score of a Gaussian of variance 0.35. What needs the released score network is in
// tests/released/released_samplers_golden_test.cpp.
#include "sgilo/sampling/gaussian_score.h"
#include "support/recorded_runs.h"

namespace sgilo {
namespace {

const std::vector<std::string> kKinds{"VP", "SubVP", "VE"};

ScoreOfSde gaussian_of(const GoldenCase& golden) {
  return [mean = golden["mu"]](const Sde& sde) {
    return gaussian_score(sde, mean, torch::full({1}, 0.35));
  };
}

TEST(Golden, SdesAgree) {
  SGILO_GOLDEN_CASE(golden, "04a_sde");
  const Tensor x = golden["x"];
  for (const std::string& name : kKinds) {
    const Sde sde = recorded_sde(name, golden.params().at("N"));
    std::map<std::string, std::vector<Tensor>> got;
    for (const double t : golden.params().at("t_values")) {
      const Tensor rows = torch::full({3}, t);
      const Transition discrete = sde.discrete_transition(t);
      got["drift"].push_back(x * per_row(sde.drift_rate(rows), x));
      got["diffusion"].push_back(sde.diffusion(rows));
      got["mean"].push_back(x * per_row(sde.mean_scale(rows), x));
      got["std"].push_back(sde.std(rows));
      got["disc_f"].push_back(x * (discrete.scale - 1));
      got["disc_G"].push_back(torch::full({3}, std::sqrt(discrete.variance)));
    }
    for (const auto& [quantity, values] : got)
      golden.expect(name + "_" + quantity, torch::stack(values));
    golden.expect(name + "_prior_logp", sde.prior_log_density(x));
    if (sde.kind() == SdeKind::ve) {
      golden.expect(name + "_discrete_sigmas", sde.discrete_stds());
    } else {
      golden.expect(name + "_discrete_betas", sde.discrete_betas());
      golden.expect(name + "_alphas_cumprod", sde.alphas_cumprod());
    }
  }
  golden.expect_everything_compared();
}

TEST(Golden, PredictorsAndCorrectorsAgree) {
  SGILO_GOLDEN_CASE(golden, "04b_updates");
  expect_recorded_updates(golden, "gaussian", gaussian_of(golden), golden["x_gauss"]);
  golden.expect_everything_compared(outputs_of_network(golden, true));
}

TEST(Golden, SamplersAndLikelihoodsAgree) {
  SGILO_GOLDEN_CASE(golden, "04c_samplers");
  const Tensor x = golden["x_gauss"];
  expect_recorded_runs(golden, "gaussian", gaussian_of(golden));
  for (const std::string& name : kKinds) {
    const Sde sde = recorded_sde(name, 1000);
    const ScoreFunction score = gaussian_of(golden)(sde);
    expect_recorded_drift(golden, "reverse_drift_" + name, reverse_drift, score, sde, x);
    expect_recorded_drift(golden, "pflow_drift_" + name, probability_flow_drift, score, sde, x);
  }
  const Sde sde = recorded_sde("VP", 1000);
  const ScoreFunction score = gaussian_of(golden)(sde);
  Observer silent;
  ReleasedSamplerOptions options;
  golden.expect("ode_out_denoised",
                released_ode_sampler(score, sde, golden["ode_prior"], options, {}, silent));
  options.denoise = false;
  golden.expect("ode_out",
                released_ode_sampler(score, sde, golden["ode_prior"], options, {}, silent));
  const Tensor one = x.narrow(0, 0, 1);
  for (const std::string probe : {"Rademacher", "Gaussian"})
    expect_recorded_likelihood(golden, "gauss_" + probe, score, sde, one, 20);
  expect_recorded_divergence(golden, "div_gauss", score, sde, one);
  golden.expect_everything_compared(outputs_of_network(golden, true));
}

}  // namespace
}  // namespace sgilo
