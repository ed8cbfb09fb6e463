#include "sgilo/solvers/state_check.h"

#include <gtest/gtest.h>

#include "sgilo/solvers/csgm.h"
#include "support/error_text.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

const RandomStreams kStreams(5);

struct Case {
  LinearProblem linear{{}, 1, 0.1};
  Csgm solver{CsgmOptions{.chains = 2, .evaluations = 3}};
  SolverState start = solver.start(linear.problem, row_keys(1, 2), kStreams);

  SolverState after(int steps) const {
    SolverState state = start;
    for (int i = 0; i < steps; ++i) solver.step(state, linear.problem, kStreams);
    return state;
  }
  std::string refusal(const SolverState& state) const {
    return error_text<Error>([&] { require_state_of(state, start, solver, linear.problem, 1); });
  }
};

TEST(StateCheck, TakesWhatASolverLeaves) {
  const Case the;
  for (int steps = 0; steps <= 3; ++steps) EXPECT_EQ(the.refusal(the.after(steps)), "") << steps;
}

TEST(StateCheck, RefusesStepsAndCountsOutsideTheRun) {
  const Case the;
  SolverState state = the.after(1);
  for (const std::int64_t step :
       {std::int64_t{-1}, std::int64_t{4}, std::int64_t{1'000'000'000'000'000}}) {
    state.step = step;
    EXPECT_EQ(the.refusal(state), concat("step must be from 0 to 3, but is ", step));
  }
  state = the.after(1);
  state.counts.decodes = -1;
  EXPECT_EQ(the.refusal(state), "counts must be at least 0");
}

TEST(StateCheck, RefusesAFinishWithoutItsDraws) {
  const Case the;
  SolverState state = the.after(2);
  state.step = 3;
  EXPECT_EQ(the.refusal(state),
            "a finished state keeps 1 draws, but this one at step 3 of 3 has 0");
  state = the.after(3);
  state.step = 2;
  EXPECT_EQ(the.refusal(state),
            "");  // no run leaves it; it goes on to two draws, which the end refuses
  state = the.after(3);
  state.draws.images = torch::cat({state.draws.images, state.draws.images}, 1);
  EXPECT_EQ(the.refusal(state),
            "a finished state keeps 1 draws, but this one at step 3 of 3 has 2");
  state = the.after(3);
  state.draws.losses = torch::zeros({2, 2});
  EXPECT_EQ(the.refusal(state), "losses of the draws must have shape [2, 1]");
  state = the.after(3);
  state.draws.images = state.draws.images.narrow(4, 0, 1);
  EXPECT_NE(the.refusal(state), "");
}

TEST(StateCheck, RefusesVariablesThatAreNotOfTheStage) {
  const Case the;
  SolverState state = the.after(1);
  state.latent.layer = 9;
  EXPECT_EQ(the.refusal(state), "layer must be from 0 to 1, but is 9");
  state = the.after(1);
  Variable& x = state.latent.variables[0];
  const std::string name = x.name;
  x.value = x.value.clone();
  x.value.view({-1})[0] = INFINITY;
  EXPECT_EQ(the.refusal(state), "variable '" + name + "' is not finite");
  state = the.after(1);
  state.latent.variables[0].value = torch::zeros({2, 99});
  EXPECT_EQ(the.refusal(state).substr(0, 10), "variable '");
  state = the.after(1);
  state.latent.variables[0].name = "other";
  EXPECT_EQ(the.refusal(state), "variable 'other' must be '" + name + "'");
  state = the.after(1);
  state.latent.variables.pop_back();
  EXPECT_NE(the.refusal(state), "");
}

}  // namespace
}  // namespace sgilo
