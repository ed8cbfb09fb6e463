// The samplers against posteriors in closed form: linear generator, Gaussian priors, Gaussian
// noise. Deviations are in the eigenvectors of the posterior, in units of its standard deviations:
// of N exact draws a mean has standard error 1 / sqrt(N), a variance sqrt(2 / N). Tolerances are
// five standard errors (a false alarm in about one of 50,000 runs of each comparison) plus the bias
// that is stated beside them.
#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/solvers/sgilo.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

struct Posterior {
  Tensor mean, values, vectors;  // [d], eigenvalues of the precision (rising), eigenvectors [d, d]
};

// Of a linear map M with prior N(0, I).
Posterior posterior(const Tensor& map, const Tensor& y, double variance) {
  const Tensor precision =
      map.t().matmul(map) / variance + torch::eye(map.size(1), torch::kFloat64);
  const auto [values, vectors] = torch::linalg_eigh(precision);
  const Tensor pull = map.t().matmul(y) / variance;
  return {vectors.matmul(vectors.t().matmul(pull) / values), values, vectors};
}

// The last draws of all chains, [chains, d], in the posterior's coordinates.
Tensor standardised(const SolverState& state, const Posterior& exact) {
  return (flattened(state.latent) - exact.mean).matmul(exact.vectors) * exact.values.sqrt();
}

LinearGeneratorOptions in_double(double condition) {
  LinearGeneratorOptions options;
  options.condition = condition;  // of M; the posterior has about its square
  options.type = torch::kFloat64;
  return options;
}

SgiloOptions one_layer(const TransitionOptions& integrator, int chains, int evaluations) {
  SgiloOptions options;
  options.layers = {1};
  options.chains = chains;
  options.style_evaluations = 20;
  options.evaluations = evaluations + 20;
  options.integrator = integrator;
  options.kept = 1;
  options.warmup = 0.5;
  return options;
}

SgiloOptions annealed(int chains, int inner_steps) {
  return one_layer(AnnealedKernelOptions{.inner_steps = inner_steps}, chains, 20 * inner_steps);
}

SolverState solved(const SgiloOptions& options, const Problem& problem) {
  return ended(Sgilo(options), problem, options.chains, 11);
}

double largest(const Tensor& x) { return x.abs().max().item<double>(); }

TEST(SgiloTruth, AnnealedDrawsHaveThePosteriorsMeanAndCovarianceAtCondition10000) {
  LinearProblem linear(in_double(100), 1, 0.01);
  const Posterior exact =
      posterior(linear.generator.image_map(), linear.problem.measurements[0], linear.variance());
  EXPECT_GT((exact.values[-1] / exact.values[0]).item<double>(), 1e4);
  constexpr int kChains = 1000;
  const Tensor z = standardised(solved(annealed(kChains, 40), linear.problem), exact);
  const Tensor covariance = z.t().matmul(z - z.mean(0)) / (kChains - 1);
  const double error = 1 / std::sqrt(1.0 * kChains);
  EXPECT_LT(largest(z.mean(0)), 5 * error);
  EXPECT_LT(largest(covariance - torch::eye(18, torch::kFloat64)), 5 * error * std::sqrt(2.0));
  EXPECT_NEAR(covariance.trace().item<double>() / 18, 1, 5 * error * std::sqrt(2.0 / 18));
}

// What is lost when the optimiser stops early: directions between the stiff ones, which the first
// steps reach, and the free ones, which need none, stay too wide; the law is never too narrow.
TEST(SgiloTruth, PerturbAndOptimiseLosesItsBiasAsTheOptimiserConverges) {
  LinearProblem linear(in_double(100), 1, 0.01);
  const Posterior exact =
      posterior(linear.generator.image_map(), linear.problem.measurements[0], linear.variance());
  constexpr int kChains = 400;
  std::vector<double> variances;
  for (const int steps : {5, 10, 20, 40}) {
    const Tensor z = standardised(solved(annealed(kChains, steps), linear.problem), exact);
    variances.push_back(z.square().mean().item<double>());
    RecordProperty(concat("mean_square_after_", steps, "_steps"), concat(variances.back()));
  }
  const double error = 5 * std::sqrt(2.0 / (18 * kChains));
  EXPECT_GT(variances[0], variances[1]);
  EXPECT_GT(variances[1], variances[2]);
  EXPECT_NEAR(variances[2], 1, 0.1 + error);  // bias at 20 steps
  EXPECT_NEAR(variances[3], 1, error);
}

// The probability flow's end is no draw of v_0 given v_t, so that its rounds widen the directions
// that the data leave free (2.4 times the variance); the posterior mean does not.
TEST(SgiloTruth, DenoisingByTheProbabilityFlowIsTooWide) {
  LinearProblem linear(in_double(10), 1, 1e3);
  const auto variance = [&](int denoise_steps) {
    const SgiloOptions options = one_layer(
        AnnealedKernelOptions{.denoise_steps = denoise_steps, .inner_steps = 5}, 400, 20 * 5);
    return flattened(solved(options, linear.problem).latent).square().mean().item<double>();
  };
  EXPECT_NEAR(variance(1), 1, 5 * std::sqrt(2.0 / (18 * 400)));
  EXPECT_GT(variance(4), 2);
}

TEST(SgiloTruth, EachIntegratorLeavesThePriorAsItIs) {
  LinearProblem linear(in_double(10), 1, 1e3);  // the data say nothing
  constexpr int kChains = 500;
  const double error = 5 * std::sqrt(2.0 / (18 * kChains));
  const auto variance = [&](const SgiloOptions& options) {
    const Tensor v = flattened(solved(options, linear.problem).latent);
    EXPECT_LT(largest(v.mean(0)), 5 / std::sqrt(1.0 * kChains)) << describe(options.integrator);
    return v.square().mean().item<double>();
  };
  EXPECT_NEAR(variance(one_layer(AnnealedKernelOptions{}, kChains, 200)), 1, error);
  EXPECT_NEAR(variance(one_layer(PartialReverseKernelOptions{}, kChains, 200)), 1, error);
  // Langevin: the prior is smoothed to m^-2 (score_std), the step's own bias is 1 - eta m^2 / 2.
  const LangevinKernelOptions langevin;
  const double precision = 1 - std::pow(langevin.score_std, 2);
  const double step = langevin.step_size;
  EXPECT_NEAR(variance(one_layer(langevin, kChains, 200)),
              1 / (precision * (1 - step * precision / 2)), 1.1 * error);
}

// Langevin without metric is linear: mean and covariance after n steps follow by recursion,
// whether the chain has mixed or not. Stage 0 alone, so that the start is N(0, I).
TEST(SgiloTruth, LangevinsDiscretisedChainHasItsOwnExactLawAtCondition10000) {
  LinearProblem linear(in_double(100), 1, 0.01);
  const LatentState unit{
      0,
      {{"styles", Role::code, torch::eye(10, torch::kFloat64).slice(1, 0, 6).reshape({10, 2, 3})},
       {"noise_0", Role::noise, torch::eye(10, torch::kFloat64).slice(1, 6, 10)}}};
  const Tensor map = linear.generator.decode(unit).flatten(1).t();
  const double variance = linear.variance();
  LangevinKernelOptions kernel{.precondition = false, .noise_annealing = 1};
  const double smoothed = 1 - std::pow(kernel.score_std, 2);
  const Tensor identity = torch::eye(10, torch::kFloat64);
  const Tensor precision = map.t().matmul(map) / variance + smoothed * identity;
  const Tensor values = std::get<0>(torch::linalg_eigh(precision));
  EXPECT_GT((values[-1] / values[0]).item<double>(), 1e3);
  const double step = 1.5 / values[-1].item<double>();
  kernel.step_size = step;
  SgiloOptions options = one_layer(kernel, 1000, 280);
  options.use_layer_score = false;
  options.style_evaluations = SgiloOptions().style_evaluations;
  options.layers = SgiloOptions().layers;

  const Tensor pull = map.t().matmul(linear.problem.measurements[0]) / variance;
  Tensor mean = torch::zeros({10}, torch::kFloat64), covariance = identity;
  for (int i = 0; i < 300; ++i) {
    const Tensor factor = identity - step * precision;
    mean = factor.matmul(mean) + step * pull;
    covariance = factor.matmul(covariance).matmul(factor.t()) + 2 * step * identity;
  }
  const Tensor root = torch::linalg_cholesky(covariance);
  const Tensor offset = flattened(solved(options, linear.problem).latent) - mean;
  const Tensor z = torch::linalg_solve(root, offset.t()).t();  // N(0, I) by rows
  EXPECT_LT(largest(z.mean(0)), 5 / std::sqrt(1000.0));
  EXPECT_LT(largest(z.t().matmul(z) / 1000 - identity), 5 * std::sqrt(2.0 / 1000));
}

// Stationary variance of the chain over the posterior's: 1 / (1 - eta lambda / 2).
TEST(SgiloTruth, LangevinsBiasShrinksWithTheStep) {
  LinearProblem linear(in_double(3), 1, 0.3);
  const Posterior exact =
      posterior(linear.generator.image_map(), linear.problem.measurements[0], linear.variance());
  const double stiffest = exact.values[-1].item<double>();
  double before = 10;
  for (const double fraction : {1.2, 0.6, 0.3, 0.15}) {  // eta lambda of the stiffest direction
    const SgiloOptions options = one_layer(LangevinKernelOptions{.step_size = fraction / stiffest,
                                                                 .precondition = false,
                                                                 .score_std = 1e-3,
                                                                 .noise_annealing = 1},
                                           1000, static_cast<int>(60 / fraction));
    const Tensor z = standardised(solved(options, linear.problem), exact);
    const double variance = z.select(1, -1).square().mean().item<double>();
    const double expected = 1 / (1 - fraction / 2);
    EXPECT_NEAR(variance, expected, 5 * expected * std::sqrt(2.0 / 1000)) << fraction;
    EXPECT_LT(variance, before);
    before = variance;
  }
}

TEST(SgiloTruth, PartialReverseHasItsOwnExactLaw) {
  LinearProblem linear(in_double(10), 1, 0.1);
  const Posterior exact =
      posterior(linear.generator.image_map(), linear.problem.measurements[0], linear.variance());
  constexpr int kChains = 400;
  const PartialReverseKernelOptions kernel;
  const SolverState state = solved(one_layer(kernel, kChains, 1500), linear.problem);
  const Tensor z = standardised(state, exact);
  // Each chain's own frozen step h: v <- m^2 (1 - h c) v + noise of variance s^2 (1 + m^2), s^2 =
  // h.
  const Tensor h =
      (0.5 * state.kernel.preconditioner.radius).clamp_max(std::pow(kernel.std, 2)).unsqueeze(1);
  const Tensor scale = 1 - h, kept = scale * (1 - h * (exact.values - 1));
  const Tensor expected = (h * (1 + scale) / (1 - kept.square()) * exact.values).mean(0);
  EXPECT_LT(largest(z.var(0) / expected - 1), 5 * std::sqrt(2.0 / kChains));
  // No step overshoots (h c < 1), so that the bias 2 / (2 - h c) stays below 2; here it is 1.48.
  EXPECT_LT(largest(h * exact.values), 1.0);
  RecordProperty("largest_variance_ratio", concat(largest(expected)));
  // The discretised chain keeps the posterior's mean up to the prior kernel's split.
  EXPECT_LT(largest(z.mean(0)), 5 / std::sqrt(1.0 * kChains) + 0.02);
}

}  // namespace
}  // namespace sgilo
