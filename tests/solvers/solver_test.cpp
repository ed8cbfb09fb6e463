#include "sgilo/solvers/solver.h"

#include <gtest/gtest.h>

#include <limits>
#include <variant>

#include "sgilo/solvers/csgm.h"
#include "sgilo/solvers/ilo.h"
#include "sgilo/solvers/sgilo.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

SgiloOptions short_run(const TransitionOptions& integrator) {
  SgiloOptions options;
  options.evaluations = 61;
  options.style_evaluations = 20;
  options.layers = {1};
  options.kept = 3;
  options.integrator = integrator;
  return options;
}

// Every solver and kernel, each with 3 chains an image.
std::vector<std::unique_ptr<Solver>> all_kinds() {
  CsgmOptions csgm;
  csgm.evaluations = 12;
  IloOptions ilo;
  ilo.evaluations = 12;
  ilo.shares = {1, 1};
  ilo.noise_addition = 0.1;
  std::vector<std::unique_ptr<Solver>> all;
  all.push_back(std::make_unique<Csgm>(csgm));
  all.push_back(std::make_unique<Ilo>(ilo));
  for (const TransitionOptions& kernel : std::vector<TransitionOptions>{
           AnnealedKernelOptions{
               .denoise_steps = 3, .inner_steps = 5, .optimiser = InnerOptimiser::adam},
           AnnealedKernelOptions{.inner_steps = 5},
           AnnealedKernelOptions{.inner = InnerStep::langevin, .inner_steps = 5},
           LangevinKernelOptions{}, PartialReverseKernelOptions{}})
    all.push_back(std::make_unique<Sgilo>(short_run(kernel)));
  return all;
}
constexpr std::int64_t kChains = 3;

// A copy that shares no memory, as a file gives.
SolverState reread(const SolverState& state) {
  SavedFields saved = save_fields(state);
  for (auto& [name, tensor] : saved.tensors) tensor = tensor.clone();
  return load_fields<SolverState>(saved, state.count());
}

TEST(Solver, StoppedSavedAndResumedGivesTheSameDrawsBitForBit) {
  LinearProblem linear({}, 2, 0.1);
  for (const auto& solver : all_kinds()) {
    const SolverState whole = ended(*solver, linear.problem, kChains, 5);
    for (const std::int64_t stop : {std::int64_t{1}, solver->total_steps() / 2}) {
      SolverState state = solver->start(linear.problem, row_keys(2, kChains), RandomStreams(5));
      while (state.step < stop) solver->step(state, linear.problem, RandomStreams(5));
      SolverState resumed = reread(state);
      Observer silent;
      run(*solver, resumed, linear.problem, RandomStreams(5), silent);
      EXPECT_TRUE(torch::equal(resumed.draws.images, whole.draws.images)) << solver->describe();
      EXPECT_EQ(save_fields(resumed).values, save_fields(whole).values) << solver->describe();
    }
  }
}

// With a generator and operator whose rows are computed alike in any batch, the solvers' own
// arithmetic is the same bit for bit.
TEST(Solver, AChainsDrawsDoNotDependOnItsNeighbours) {
  LinearProblem linear({}, 3, 0.1);
  for (const auto& solver : all_kinds()) {
    const SolverState together = ended(*solver, linear.problem, kChains, 5);
    SolverState alone = solver->start(linear.problem, {{2, 0}}, RandomStreams(5));
    Observer silent;
    run(*solver, alone, linear.problem, RandomStreams(5), silent);
    EXPECT_TRUE(torch::equal(alone.draws.images[0], together.draws.images[6]))
        << solver->describe();
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

TEST(Solver, AChainThatFailsLeavesTheOthersUnharmedAndIsReported) {
  LinearProblem linear({}, 1, 0.1);
  for (const auto& solver : all_kinds()) {
    const SolverState healthy = ended(*solver, linear.problem, kChains, 5);
    const FailingGenerator failing(1, 8);
    Problem problem = linear.problem;
    problem.generator = &failing;
    Warnings warnings;
    const SolverState state = ended(*solver, problem, kChains, 5, warnings);

    ASSERT_EQ(warnings.texts.size(), 1u) << solver->describe();
    EXPECT_EQ(warnings.texts[0].rfind("image 1, chain 2: the data term is not finite at step ", 0),
              0u)
        << warnings.texts[0];
    EXPECT_EQ(state.failures[1], warnings.texts[0]);
    for (const std::int64_t row : {0, 2})
      EXPECT_TRUE(torch::equal(state.draws.images[row], healthy.draws.images[row]));
    const Reconstruction result = reconstruction(state, problem);
    EXPECT_TRUE(torch::isfinite(result.mean()).all().item<bool>());
    EXPECT_TRUE(torch::isfinite(result.best()).all().item<bool>());
  }
}

}  // namespace
}  // namespace sgilo
