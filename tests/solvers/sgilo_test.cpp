#include "sgilo/solvers/sgilo.h"

#include <gtest/gtest.h>

#include <limits>
#include <variant>

#include "sgilo/solvers/csgm.h"
#include "sgilo/solvers/ilo.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

using SolverOptions = std::variant<CsgmOptions, IloOptions, SgiloOptions>;

std::unique_ptr<Solver> make_solver(const SolverOptions& options) {
  if (const auto* csgm = std::get_if<CsgmOptions>(&options)) return std::make_unique<Csgm>(*csgm);
  if (const auto* ilo = std::get_if<IloOptions>(&options)) return std::make_unique<Ilo>(*ilo);
  return std::make_unique<Sgilo>(std::get<SgiloOptions>(options));
}

SgiloOptions short_run(Integrator integrator, InnerStep inner = InnerStep::perturb_and_optimise) {
  SgiloOptions options;
  options.chains = 3;
  options.evaluations = 61;
  options.style_evaluations = 20;
  options.layers = {1};
  options.kept = 3;
  options.integrator = integrator;
  options.annealed.inner_steps = 5;
  options.annealed.inner = inner;
  return options;
}

std::vector<SolverOptions> all_kinds() {
  CsgmOptions csgm;
  csgm.evaluations = 12;
  csgm.chains = 3;
  IloOptions ilo;
  ilo.steps = {6, 6};
  ilo.noise_addition = 0.1;
  ilo.chains = 3;
  SgiloOptions adam = short_run(Integrator::annealed);
  adam.annealed.optimiser = InnerOptimiser::adam;
  adam.annealed.denoise_steps = 3;
  return {csgm,
          ilo,
          adam,
          short_run(Integrator::annealed),
          short_run(Integrator::annealed, InnerStep::langevin),
          short_run(Integrator::langevin),
          short_run(Integrator::partial_reverse)};
}

SolverState solved(const Solver& solver, const Problem& problem) {
  SolverState state = solver.start(problem, RandomStreams(5));
  Observer silent;
  run(solver, state, problem, RandomStreams(5), silent);
  return state;
}

// A copy that shares no memory, as reading a file gives.
SolverState reread(const SolverState& state) {
  SolverState copy = state;
  for (auto& variable : copy.latent.variables) variable.second = variable.second.clone();
  for (auto& entry : copy.tensors) entry.second = entry.second.clone();
  return copy;
}

TEST(Sgilo, SpendsItsBudgetExactlyAndKeepsItsDraws) {
  LinearProblem linear({}, 2, 0.1);
  for (const Integrator integrator :
       {Integrator::langevin, Integrator::partial_reverse, Integrator::annealed}) {
    const SolverState state = solved(Sgilo(short_run(integrator)), linear.problem);
    EXPECT_EQ(state.counters.at("evaluations"), 61 * 6) << word_of(integrator);
    EXPECT_EQ(state.counters.at("decodes"), 3 * 6);
    EXPECT_EQ(state.tensors.at("draws").sizes(), (Shape{6, 3, 1, 1, 12}));
    EXPECT_EQ(state.latent.layer, 1);
    const Reconstruction result = reconstruction(state, linear.problem);
    EXPECT_EQ(result.draws.sizes(), (Shape{2, 3, 3, 1, 1, 12}));
    EXPECT_TRUE(torch::equal(result.last.flatten(0, 1), linear.generator.decode(state.latent)));
  }
}

TEST(Sgilo, WithoutTheLayersScoreMovesStylesAndNoisesOnly) {
  LinearProblem linear({}, 1, 0.1);
  linear.problem.priors.erase(1);
  SgiloOptions options = short_run(Integrator::annealed);
  options.use_layer_score = false;
  const SolverState state = solved(Sgilo(options), linear.problem);
  EXPECT_EQ(state.latent.layer, 0);
  EXPECT_EQ(state.counters.at("evaluations"), 61 * 3);
}

TEST(Sgilo, StoppedSavedAndResumedGivesTheSameDrawsBitForBit) {
  LinearProblem linear({}, 2, 0.1);
  for (const SolverOptions& options : all_kinds()) {
    const auto solver = make_solver(options);
    const SolverState whole = solved(*solver, linear.problem);
    for (const std::int64_t stop : {std::int64_t{1}, solver->total_steps / 2}) {
      SolverState state = solver->start(linear.problem, RandomStreams(5));
      while (state.step < stop) solver->step(state, linear.problem, RandomStreams(5));
      SolverState resumed = reread(state);
      Observer silent;
      run(*make_solver(options), resumed, linear.problem, RandomStreams(5), silent);
      EXPECT_TRUE(torch::equal(resumed.tensors.at("draws"), whole.tensors.at("draws")))
          << solver->describe();
      EXPECT_EQ(resumed.counters, whole.counters);
    }
  }
}

// With a generator and operator whose rows are computed alike in any batch, the solvers' own
// arithmetic is the same bit for bit.
TEST(Sgilo, AChainsDrawsDoNotDependOnItsNeighbours) {
  LinearProblem linear({}, 3, 0.1);
  Problem alone = linear.problem;
  alone.measurements = linear.problem.measurements.slice(0, 2, 3);
  alone.image_keys = {2};
  for (SolverOptions options : all_kinds()) {
    const SolverState together = solved(*make_solver(options), linear.problem);
    std::visit([](auto& o) { o.chains = 1; }, options);
    const SolverState single = solved(*make_solver(options), alone);
    EXPECT_TRUE(torch::equal(single.tensors.at("draws")[0], together.tensors.at("draws")[6]))
        << make_solver(options)->describe();
  }
}

// Row `row` becomes NaN from decode `from` on.
class FailingGenerator : public LinearGenerator {
 public:
  FailingGenerator(std::int64_t row, int from) : LinearGenerator({}), row_(row), from_(from) {}
  Tensor decode(const LatentState& state) const override {
    const Tensor image = LinearGenerator::decode(state);
    if (++calls_ <= from_) return image;
    Tensor factor = torch::ones({image.size(0), 1, 1, 1});
    if (row_ < image.size(0)) factor[row_] = std::numeric_limits<float>::quiet_NaN();
    return image * factor;
  }

 private:
  std::int64_t row_;
  int from_;
  mutable int calls_ = 0;
};

struct Warnings : Observer {
  std::vector<std::string> texts;
  void on_warning(std::string_view text) override { texts.emplace_back(text); }
};

TEST(Sgilo, AChainThatFailsLeavesTheOthersUnharmedAndIsReported) {
  LinearProblem linear({}, 1, 0.1);
  for (const SolverOptions& options : all_kinds()) {
    const auto solver = make_solver(options);
    const SolverState healthy = solved(*solver, linear.problem);
    const FailingGenerator failing(1, 8);
    Problem problem = linear.problem;
    problem.generator = &failing;
    SolverState state = solver->start(problem, RandomStreams(5));
    Warnings warnings;
    run(*solver, state, problem, RandomStreams(5), warnings);

    ASSERT_EQ(warnings.texts.size(), 1u) << solver->describe();
    EXPECT_EQ(warnings.texts[0].rfind("image 1, chain 2: the data term is not finite at step ", 0),
              0u)
        << warnings.texts[0];
    EXPECT_EQ(state.failures[1], warnings.texts[0]);
    for (const std::int64_t row : {0, 2})
      EXPECT_TRUE(torch::equal(state.tensors.at("draws")[row], healthy.tensors.at("draws")[row]));
    const Reconstruction result = reconstruction(state, problem);
    EXPECT_TRUE(torch::isfinite(result.mean).all().item<bool>());
    EXPECT_TRUE(torch::isfinite(result.best).all().item<bool>());
  }
}

TEST(Sgilo, AScoreThatIsNotFiniteFailsItsChainOnly) {
  LinearProblem linear({}, 1, 0.1);
  const ScoreFunction own = linear.problem.priors[1].at("features").score;
  linear.problem.priors[1].at("features").score = [own](const Tensor& x, const Tensor& t) {
    Tensor value = own(x, t).clone();
    value[2] = std::numeric_limits<float>::infinity();
    return value;
  };
  const SolverState state = solved(Sgilo(short_run(Integrator::annealed)), linear.problem);
  EXPECT_EQ(state.failures[0], "");
  EXPECT_EQ(state.failures[2], "image 1, chain 3: the score of features is not finite at step 4");
}

TEST(Sgilo, StopsWithAnErrorWhenEveryChainHasFailed) {
  LinearProblem linear({}, 1, 0.1);
  SgiloOptions options = short_run(Integrator::annealed);
  options.chains = 1;
  const FailingGenerator failing(0, 0);
  linear.problem.generator = &failing;
  const Sgilo solver(options);
  SolverState state = solver.start(linear.problem, RandomStreams(5));
  Observer silent;
  EXPECT_THROW(run(solver, state, linear.problem, RandomStreams(5), silent), NumericError);
}

TEST(Sgilo, StopsWhenAskedAndStillReturnsAnImage) {
  struct StopAtOnce : Observer {
    bool stop_requested() override { return true; }
  } stop;
  LinearProblem linear({}, 1, 0.1);
  const Sgilo solver(short_run(Integrator::annealed));
  SolverState state = solver.start(linear.problem, RandomStreams(5));
  run(solver, state, linear.problem, RandomStreams(5), stop);
  EXPECT_EQ(state.step, 0);
  EXPECT_EQ(reconstruction(state, linear.problem).mean.sizes(), (Shape{1, 1, 1, 12}));
}

}  // namespace
}  // namespace sgilo
