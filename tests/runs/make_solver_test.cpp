#include "sgilo/runs/make_solver.h"

#include <gtest/gtest.h>

#include "support/error_text.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

SolverOptions from(const char* text) {
  SolverOptions options = SgiloOptions{};
  variant_from_json(Json::parse(text), options, "solver", "solver");
  return options;
}

std::string refusal(const char* text) {
  return error_text<ConfigError>([&] { make_solver(from(text)); });
}

TEST(MakeSolver, BuildsEachKindByName) {
  EXPECT_EQ(make_solver(from(R"({"kind": "csgm"})"))->describe(),
            "csgm (4 restarts of 300 Adam steps)");
  EXPECT_EQ(
      make_solver(from(R"({"kind": "ilo", "evaluations": 15, "shares": [10, 5]})"))->describe(),
      "ilo (4 restarts of 10 + 5 steps, l1 balls)");
  EXPECT_EQ(make_solver(SgiloOptions{})->describe(),
            "sgilo (annealed with perturb_and_optimise, 4 chains of 300 evaluations, layers [2])");
  EXPECT_EQ(make_solver(from(R"({"use_layer_score": false, "integrator": {"kind": "langevin"}})"))
                ->describe(),
            "sgilo (langevin, 4 chains of 300 evaluations, style prior only)");
  EXPECT_EQ(make_solver(ReleasedSgiloOptions{})->describe(),
            "released sgilo (1 chains of 300 + 300 + 300 steps)");
}

TEST(MakeSolver, RefusesOptionsOutOfRangeInOneSentence) {
  EXPECT_EQ(refusal(R"({"kind": "sgil"})"),
            "unknown solver 'sgil', did you mean 'sgilo'? known solvers: csgm, ilo, sgilo, "
            "released_sgilo");
  EXPECT_EQ(refusal(R"({"kind": "csgm", "chains": 0})"),
            "solver.chains must be positive, but is 0");
  EXPECT_EQ(refusal(R"({"kind": "ilo", "radii": [0.1, -1]})"),
            "solver.radii must be a list of numbers of at least 0, but is [0.1,-1.0]");
  EXPECT_EQ(refusal(R"({"integrator": {"kind": "langevin", "step_size": -0.1}})"),
            "solver.integrator.step_size must be positive, but is -0.1");
  EXPECT_EQ(refusal(R"({"integrator": {"kind": "leapfrog"}})"),
            "unknown integrator 'leapfrog'; known integrators: annealed, langevin, "
            "partial_reverse");
  EXPECT_EQ(refusal(R"({"integrator": {"kind": "langevin", "first_std": 0.5}})"),  // annealed's
            "solver.integrator.first_std: unknown option 'first_std'; known options: step_size, "
            "precondition, score_std, inverse_temperature, noise_annealing");
  EXPECT_EQ(refusal(R"({"layers": [2, 1]})"), "solver.layers must rise, but is [2,1]");
  EXPECT_EQ(refusal(R"({"evaluations": 1})"),
            "solver.evaluations must be at least 2, one for stage 0 and each layer, but is 1");
  EXPECT_EQ(refusal(R"({"kind": "ilo", "evaluations": 2})"),
            "solver.evaluations must give each of the 3 stages one or more, but is 2");
  EXPECT_EQ(refusal(R"({"style_evaluations": 300})"),
            "solver.style_evaluations must leave some of the 300 evaluations to each layer, but is "
            "300");
  EXPECT_EQ(refusal(R"({"kept": 17})"),
            "solver.kept must be at most the 16 rounds of the last stage after warm-up, but is 17");
  EXPECT_EQ(refusal(R"({"integrator": {"last_std": 0.95}})"),
            "solver.integrator.last_std must be at most first_std = 0.9, but is 0.95");
}

TEST(MakeSolver, WhatFollowsFromTheEvaluationsNeedNotBeStated) {
  for (const int evaluations : {2, 3, 10, 25, 50, 120, 300, 1000})
    for (const char* kind : {"csgm", "ilo", "sgilo"}) {
      if (kind == std::string("ilo") && evaluations < 3) continue;
      const SolverOptions options =
          from(concat("{\"kind\": \"", kind, "\", \"evaluations\": ", evaluations, "}").c_str());
      EXPECT_GT(make_solver(options)->total_steps(), 0) << kind << " " << evaluations;
      EXPECT_EQ(evaluations_of(options), evaluations);
    }
  EXPECT_EQ(kept_of(from("{}")), 16);
  EXPECT_EQ(kept_of(from(R"({"evaluations": 120})")), 7);  // 8 rounds, of which 1 warms up
  EXPECT_EQ(kept_of(from(R"({"evaluations": 3000})")), 16);
  EXPECT_EQ(kept_of(CsgmOptions{}), 1);
  EXPECT_EQ(stage_evaluations(300, {1, 1, 1}), (std::vector<int>{100, 100, 100}));
  EXPECT_EQ(stage_evaluations(50, {1, 1, 1}), (std::vector<int>{16, 17, 17}));
  EXPECT_EQ(stage_evaluations(180, {60, 40, 40, 40}), (std::vector<int>{60, 40, 40, 40}));
}

TEST(MakeSolver, RefusesOptionsWithoutEffect) {
  EXPECT_EQ(
      refusal(R"({"integrator": {"kind": "annealed", "step_size": 0.1}})"),
      "solver.integrator.step_size has no effect with inner = perturb_and_optimise; leave it out");
  EXPECT_EQ(refusal(R"({"integrator": {"kind": "annealed", "adam_rate": 0.1}})"),
            "solver.integrator.adam_rate has no effect with optimiser = lbfgs; leave it out");
  EXPECT_EQ(refusal(R"({"integrator": {"inner": "langevin", "optimiser": "adam"}})"),
            "solver.integrator.optimiser has no effect with inner = langevin; leave it out");
  EXPECT_EQ(refusal(R"({"use_layer_score": false, "style_evaluations": 50})"),
            "solver.style_evaluations has no effect with use_layer_score = false; leave it out");
  EXPECT_EQ(refusal(R"({"use_layer_score": false, "layers": [1]})"),
            "solver.layers has no effect with use_layer_score = false; leave it out");
  EXPECT_EQ(refusal(R"({"coarse_side": 32})"),
            "solver.coarse_side has no effect with coarse_steps = 0; leave it out");
  EXPECT_EQ(refusal(R"({"kind": "ilo", "constrained": false, "radii": [0.5]})"),
            "solver.radii has no effect with constrained = false; leave it out");
  EXPECT_EQ(refusal(R"({"kind": "ilo", "shares": [1, 1], "learning_rates": [0.1, 0.1, 0.1]})"),
            "solver.learning_rates must name at most 2 values, one for each stage that it is of, "
            "but names 3");
  // What a config.json keeps of the defaults is no statement.
  for (const char* text :
       {R"({"integrator": {"inner": "langevin"}})", R"({"use_layer_score": false})",
        R"({"kind": "ilo", "constrained": false})"})
    EXPECT_EQ(refusal(value_to_json(from(text)).dump().c_str()), "") << text;
}

TEST(MakeSolver, ProblemsThatDoNotFitAreRefusedAtTheStart) {
  LinearProblem linear({}, 1, 0.1);
  const auto start = [&](const SolverOptions& options, const Problem& problem) {
    return error_text<ConfigError>(
        [&] { make_solver(options)->start(problem, row_keys(1, 1), RandomStreams(1)); });
  };
  EXPECT_EQ(start(SgiloOptions{}, linear.problem),
            "solver.layers must lie in 1 to 1 for linear generator, but names 2");
  IloOptions ilo;
  EXPECT_EQ(start(ilo, linear.problem),
            "solver.shares must name at most 2 stages for linear generator, but names 3");

  SgiloOptions sgilo;
  sgilo.layers = {1};
  Problem problem = linear.problem;
  problem.measurements = torch::zeros({1, 7});
  EXPECT_EQ(start(sgilo, problem),
            "measurements have shape [1, 7], but operator matrix (12 x 12) produces [1, 12]");
  problem = linear.problem;
  EXPECT_EQ(error_text<ConfigError>(
                [&] { make_solver(sgilo)->start(problem, {{.image = 1}}, RandomStreams(1)); }),
            "rows must be of the 1 images that are measured, counted from 0, but one is of image "
            "1");
  problem.generator = nullptr;
  EXPECT_EQ(start(sgilo, problem),
            "a problem needs a generator and an operator, but one is missing");
}

}  // namespace
}  // namespace sgilo
