#include "sgilo/solvers/sgilo.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/error_text.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

SgiloOptions short_run(const TransitionOptions& integrator = AnnealedKernelOptions{
                           .inner_steps = 5}) {
  SgiloOptions options;
  options.evaluations = 61;
  options.style_evaluations = 20;
  options.layers = {1};
  options.kept = 3;
  options.integrator = integrator;
  return options;
}

TEST(Sgilo, SpendsItsBudgetExactlyAndKeepsItsDraws) {
  LinearProblem linear({}, 2, 0.1);
  for (const TransitionOptions& kernel :
       std::vector<TransitionOptions>{LangevinKernelOptions{}, PartialReverseKernelOptions{},
                                      AnnealedKernelOptions{.inner_steps = 5}}) {
    const Sgilo solver(short_run(kernel));
    const SolverState state = ended(solver, linear.problem, 3, 5);
    EXPECT_EQ(state.counts.evaluations, 61 * 6) << solver.describe();
    EXPECT_EQ(state.counts.decodes, 3 * 6);
    EXPECT_EQ(state.draws.images.sizes(), (Shape{6, 3, 1, 1, 12}));
    EXPECT_EQ(state.latent.layer, 1);
    const Reconstruction result = reconstruction(state, linear.problem);
    EXPECT_TRUE(torch::equal(result.last().flatten(0, 1), linear.generator.decode(state.latent)));
  }
}

TEST(Sgilo, WithoutTheLayersScoreMovesStylesAndNoisesOnly) {
  LinearProblem linear({}, 1, 0.1);
  linear.problem.priors.remove(1, Role::layer);
  SgiloOptions options = short_run();
  options.use_layer_score = false;
  options.style_evaluations = SgiloOptions().style_evaluations;
  options.layers = SgiloOptions().layers;
  const SolverState state = ended(Sgilo(options), linear.problem, 3, 5);
  EXPECT_EQ(state.latent.layer, 0);
  EXPECT_EQ(state.counts.evaluations, 61 * 3);
}

TEST(Sgilo, AScoreThatIsNotFiniteFailsItsChainOnly) {
  LinearProblem linear({}, 1, 0.1);
  Prior prior = linear.problem.priors.at(1, Role::layer);
  prior.score = [own = prior.score](const Tensor& x, const Tensor& t) {
    Tensor value = own(x, t).clone();
    value[2] = std::numeric_limits<float>::infinity();
    return value;
  };
  linear.problem.priors.set(1, Role::layer, prior);
  const SolverState state = ended(Sgilo(short_run()), linear.problem, 3, 5);
  EXPECT_EQ(state.failures[0], "");
  EXPECT_EQ(state.failures[2], "image 1, chain 3: the score of features is not finite at step 4");
}

// No variable is ever sampled under a prior that nobody stated.
TEST(Sgilo, AMissingPriorIsRefusedAtTheStart) {
  for (const auto& [stage, role, sentence] : std::vector<std::tuple<int, Role, std::string>>{
           {0, Role::code, "sgilo needs a prior for 'styles' of layer 0, but the problem has none"},
           {1, Role::noise,
            "sgilo needs a prior for 'noise_0' of layer 1, but the problem has none"},
           {1, Role::layer,
            "solver.layers must name layers whose score the model has (none), but names 1; without "
            "one: --solver.use-layer-score=false"}}) {
    LinearProblem linear({}, 1, 0.1);
    linear.problem.priors.remove(stage, role);
    EXPECT_EQ(error_text<ConfigError>([&] {
                Sgilo(short_run()).start(linear.problem, row_keys(1, 1), RandomStreams(1));
              }),
              sentence);
  }
}

TEST(Sgilo, PriorsOfTwoDiffusionsAreSampledEachByItsOwn) {
  LinearProblem linear({}, 1, 0.1);
  linear.problem.priors.set(1, Role::layer, standard_normal(Sde(SdeOptions{.beta_max = 10})));
  EXPECT_EQ(ended(Sgilo(short_run()), linear.problem, 2, 5).failures, std::vector<std::string>(2));
  linear.problem.priors.set(1, Role::layer, standard_normal(Sde(SdeOptions{.kind = SdeKind::ve})));
  const Sgilo flows(short_run(AnnealedKernelOptions{.denoise_steps = 3, .inner_steps = 5}));
  EXPECT_EQ(error_text<ConfigError>([&] {
              flows.start(linear.problem, row_keys(1, 1), RandomStreams(1));
            }).substr(0, 74),
            "integrator annealed couples all variables of a stage by one width, but at ");
}

// A likelihood without a draw of its noise, beside which perturb_and_optimise is no sampler.
struct NoPerturbation : GaussianNoise {
  NoPerturbation() : GaussianNoise({.sigma = 0.1}) {}
  bool has_perturb() const override { return false; }
};

TEST(Sgilo, WhatNeedsToPerturbTheDataSaysSo) {
  LinearProblem linear({}, 1, 0.1);
  linear.problem.likelihood = Likelihood(std::make_shared<NoPerturbation>());
  const auto start = [&](const TransitionOptions& kernel) {
    return error_text<ConfigError>(
        [&] { Sgilo(short_run(kernel)).start(linear.problem, row_keys(1, 1), RandomStreams(1)); });
  };
  EXPECT_EQ(start(AnnealedKernelOptions{.inner_steps = 5}),
            "integrator annealed with inner = perturb_and_optimise draws the measurement's noise "
            "anew, which gaussian (sigma = 0.1) does not allow; take inner = langevin");
  EXPECT_EQ(start(AnnealedKernelOptions{.inner = InnerStep::langevin, .inner_steps = 5}), "");
  EXPECT_EQ(start(LangevinKernelOptions{}), "");
}

// Without one, the step is that of the first point, far from where the chains go.
TEST(Sgilo, AKernelThatLearnsHasAWarmUpInAShortRunToo) {
  SgiloOptions options;
  options.evaluations = 10;  // 3 rounds of stage 0, 7 of layer 2
  options.integrator = LangevinKernelOptions{};
  EXPECT_EQ(kept_draws(options), 4);
  options.warmup = 0;
  EXPECT_EQ(kept_draws(options), 4);
  options.evaluations = 60;  // 40 rounds of layer 2, of which 12 suffice
  options.kept = 28;
  EXPECT_EQ(kept_draws(options), 28);
  options.kept = 29;
  EXPECT_EQ(error_text<ConfigError>([&] { kept_draws(options); }),
            "solver.kept must be at most the 28 rounds of the last stage after warm-up, but is 29");
  options.integrator = AnnealedKernelOptions{.inner_steps = 1};  // learns nothing
  EXPECT_EQ(kept_draws(options), 29);
}

}  // namespace
}  // namespace sgilo
