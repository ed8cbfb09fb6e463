#include "sgilo/solvers/restore.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "sgilo/solvers/csgm.h"
#include "sgilo/solvers/sgilo.h"
#include "support/error_text.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

const RandomStreams kStreams(5);

SgiloOptions short_sgilo() {
  SgiloOptions options;
  options.evaluations = 40;
  options.style_evaluations = 10;
  options.layers = {1};
  options.kept = 2;
  options.integrator = AnnealedKernelOptions{.inner_steps = 5};
  return options;
}

// Keeps states as a folder would; asks to stop after some steps.
struct Memory : StateStore, Observer {
  std::optional<SolverState> load(const std::vector<RowKey>& rows) override {
    const auto found = states.find(rows.front());
    return found == states.end() ? std::nullopt : std::optional(found->second);
  }
  void on_step(const StepReport&) override { ++seen; }
  void on_step(const SolverState& state) override { steps.push_back(state.step); }
  void on_end(const SolverState& state) override { states[state.rows.front()] = state; }
  bool stop_requested() override { return stop >= 0 && seen >= stop; }

  std::map<RowKey, SolverState> states;
  std::vector<std::int64_t> steps;
  int seen = 0, stop = -1;
};

TEST(Restore, RowsDrawTheSameNumbersHoweverTheyAreSplit) {
  LinearProblem linear({}, 3, 0.1);
  const Sgilo solver(short_sgilo());
  Observer silent;
  StateStore nowhere;
  const std::vector<RowKey> rows = row_keys(3, 2);
  const Reconstruction whole = restore(linear.problem, solver, rows, kStreams, silent);
  EXPECT_EQ(whole.rows, rows);
  for (const std::int64_t at_once : {1, 2, 4}) {
    const Reconstruction groups =
        restore(linear.problem, solver, rows, kStreams, silent, nowhere, at_once);
    EXPECT_TRUE(torch::equal(groups.draws.images, whole.draws.images)) << at_once;
    EXPECT_EQ(groups.counts.evaluations, whole.counts.evaluations);
  }
  std::vector<Reconstruction> shards;  // as processes would that share nothing but the seed
  for (const std::vector<RowKey>& own :
       std::vector<std::vector<RowKey>>{{{2, 1}, {0, 0}}, {{1, 0}, {1, 1}, {0, 1}}, {{2, 0}}})
    shards.push_back(restore(linear.problem, solver, own, kStreams, silent));
  const Reconstruction together = joined(shards);
  EXPECT_EQ(together.rows, rows);
  EXPECT_TRUE(torch::equal(together.draws.images, whole.draws.images));
  EXPECT_TRUE(torch::equal(together.latent.at(Role::layer), whole.latent.at(Role::layer)));
  EXPECT_TRUE(torch::equal(together.mean(), whole.mean()));
}

TEST(Restore, StoppedAndTakenUpFromItsStoreIsTheUninterruptedRun) {
  LinearProblem linear({}, 2, 0.1);
  const Sgilo solver(short_sgilo());
  Observer silent;
  const std::vector<RowKey> rows = row_keys(2, 2);
  const Reconstruction whole = restore(linear.problem, solver, rows, kStreams, silent);
  Memory memory;
  memory.stop = static_cast<int>(solver.total_steps()) + 2;  // within the second group
  const Reconstruction stopped = restore(linear.problem, solver, rows, kStreams, memory, memory, 2);
  EXPECT_FALSE(stopped.finished);
  EXPECT_EQ(stopped.rows, row_keys(1, 2));  // the first group is done
  memory.stop = -1;
  const Reconstruction again = restore(linear.problem, solver, rows, kStreams, memory, memory, 2);
  EXPECT_TRUE(again.finished);
  EXPECT_TRUE(torch::equal(again.draws.images, whole.draws.images));
  EXPECT_EQ(again.counts.evaluations, whole.counts.evaluations);
}

TEST(Restore, TellsItsStoreOfEveryStep) {
  LinearProblem linear({}, 1, 0.1);
  CsgmOptions options;
  options.evaluations = 3;
  Memory memory;
  restore(linear.problem, Csgm(options), row_keys(1, 2), kStreams, memory, memory);
  EXPECT_EQ(memory.steps, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(memory.states.size(), 1u);
}

TEST(Restore, StopsWhenAskedAndStillReturnsAnImage) {
  LinearProblem linear({}, 1, 0.1);
  Memory memory;
  memory.stop = 0;
  StateStore nowhere;
  const Reconstruction result =
      restore(linear.problem, Sgilo(short_sgilo()), row_keys(1, 3), kStreams, memory, nowhere);
  EXPECT_FALSE(result.finished);
  EXPECT_EQ(result.mean().sizes(), (Shape{1, 1, 1, 12}));
}

// Decodes every image of the rows of image 1 to NaN, by the code that they start from.
class OneImageFails : public LinearGenerator {
 public:
  explicit OneImageFails(bool all) : LinearGenerator({}), all_(all) {}
  Tensor decode(const LatentState& state) const override {
    const Tensor image = LinearGenerator::decode(state);
    return all_ || poisoned ? image * NAN : image;
  }
  mutable bool poisoned = false;

 private:
  bool all_;
};

TEST(Restore, FailsOnlyWhenEveryChainOfTheRunHasFailed) {
  LinearProblem linear({}, 2, 0.1);
  CsgmOptions options;
  options.evaluations = 3;
  const Csgm solver(options);
  const OneImageFails all(true);
  linear.problem.generator = &all;
  Observer silent;
  StateStore nowhere;
  for (const std::int64_t at_once : {0, 2})
    EXPECT_EQ(error_text<NumericError>([&] {
                restore(linear.problem, solver, row_keys(2, 2), kStreams, silent, nowhere, at_once);
              }),
              "every chain failed, the first with: image 1, chain 1: the data term is not finite "
              "at step 0");
  const OneImageFails one(false);
  linear.problem.generator = &one;
  struct Second : StateStore {  // the second group alone is poisoned
    explicit Second(const OneImageFails& own) : generator(own) {}
    std::optional<SolverState> load(const std::vector<RowKey>& rows) override {
      generator.poisoned = rows.front().image == 1;
      return std::nullopt;
    }
    const OneImageFails& generator;
  } second(one);
  const Reconstruction result =
      restore(linear.problem, solver, row_keys(2, 2), kStreams, silent, second, 2);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.failures[1], "");
  EXPECT_EQ(result.failures[2], "image 2, chain 1: the data term is not finite at step 0");
  EXPECT_TRUE(result.mean()[0].isfinite().all().item<bool>());
}

TEST(Restore, NeedsAtLeastOneRow) {
  LinearProblem linear({}, 1, 0.1);
  Observer silent;
  EXPECT_EQ(error_text<ConfigError>(
                [&] { restore(linear.problem, Csgm(CsgmOptions{}), {}, kStreams, silent); }),
            "a run needs at least one row, but is given none");
}

}  // namespace
}  // namespace sgilo
