#include "sgilo/released/released_sgilo.h"

#include <gtest/gtest.h>

#include "sgilo/operators/downsampling.h"
#include "sgilo/operators/inpainting.h"
#include "sgilo/released/geocross.h"
#include "sgilo/released/released_generator.h"
#include "support/error_text.h"
#include "support/expect_gradient.h"
#include "support/linear_problem.h"

namespace sgilo {
namespace {

// Nothing but Adam on the variables named.
ReleasedSgiloOptions adam_alone(const std::string& variables, std::vector<int> steps) {
  ReleasedSgiloOptions options;
  options.variables = {variables};
  options.steps = std::move(steps);
  options.style_temperatures = options.layer_temperatures = {0};
  options.style_noise = 0;
  options.project_styles = options.project_noises = false;
  options.start_at_ones = false;
  return options;
}

// Two images of an untrained network of 16 x 16 pixels behind an operator.
struct SmallProblem {
  explicit SmallProblem(std::unique_ptr<ForwardOperator> measured_by)
      : generator(network()),
        forward_operator(std::move(measured_by)),
        problem{.generator = &generator,
                .forward_operator = forward_operator.get(),
                .measurements = forward_operator->apply(
                    0.5 * RandomStreams(4).normal({2, 3, 16, 16}).clamp(-1, 1)),
                .likelihood = gaussian_likelihood(1),
                .priors = Priors(PriorCoordinates::released)} {}
  static StyleGan2 network() {
    torch::manual_seed(3);
    StyleGan2 network(StyleGan2Options{{6, 6, 2, 0.01}, {6, {5, 4, 3}, 0.0}});
    const torch::NoGradGuard no_grad;
    for (auto& item : network->named_parameters())
      if (item.key().find("noise_strength") != std::string::npos) item.value().fill_(0.3);
    return network;
  }

  ReleasedGenerator generator;
  std::unique_ptr<ForwardOperator> forward_operator;
  Problem problem;
};

std::unique_ptr<ForwardOperator> downsampling() {
  return std::make_unique<Downsampling>(DownsamplingOptions{2, DownsamplingKernel::area},
                                        Shape{3, 16, 16});
}

const RandomStreams kStreams(7);

std::vector<std::string> names(const LatentState& state) {
  std::vector<std::string> out;
  for (const auto& variable : state.variables) out.push_back(variable.name);
  return out;
}

void expect_close(const Tensor& got, const Tensor& want) {
  EXPECT_TRUE(torch::allclose(got, want, 1e-5, 1e-5)) << got << want;
}

TEST(ReleasedSgilo, DifferentiatesTheMeanOfItsLossOverTheBatch) {
  LinearGeneratorOptions linear_options;
  linear_options.type = torch::kFloat64;
  LinearProblem linear(linear_options, 2, 0.01);
  ReleasedSgiloOptions options = adam_alone("nlg", {1, 1});
  options.geocross = 0.01;
  options.mse = {1, 2};
  const ReleasedSgilo solver(options);
  SolverState state = solver.start(linear.problem, row_keys(2, 1), kStreams);
  solver.step(state, linear.problem, kStreams);
  state.latent = linear.generator.advance(state.latent, 1).detached();
  for (auto& variable : state.latent.variables) variable.value = 0.05 * variable.value;
  const LatentState gradient = solver.loss(state, linear.problem).gradient;
  ASSERT_EQ(names(gradient), (std::vector<std::string>{"features", "styles", "noise_0"}));
  for (const std::string& name : names(gradient)) {
    const auto value = [&](const Tensor& moved) {
      SolverState other = state;
      other.latent.at(name) = moved;
      const ReleasedSgilo::Loss at = solver.loss(other, linear.problem);
      return (at.mse + at.geocross).mean();
    };
    expect_gradient(value, state.latent.at(name), gradient.at(name), 1e-5);
  }
}

TEST(ReleasedSgilo, ComparesMeasurementsAtTheSizeOfTheImage) {
  SmallProblem small(downsampling());
  const ReleasedSgilo solver(adam_alone("l", {1}));
  const SolverState state = solver.start(small.problem, row_keys(2, 1), kStreams);
  const ReleasedSgilo::Loss loss = solver.loss(state, small.problem);
  expect_close(loss.image, small.generator.decode(state.latent).clamp(-1, 1));
  const auto resized = [](const Tensor& x) {
    return torch::upsample_bilinear2d(x, {16, 16}, false);
  };
  expect_close(loss.mse, (resized(small.forward_operator->apply(loss.image)) -
                          resized(small.problem.measurements))
                             .square()
                             .mean({1, 2, 3}));
  expect_close(loss.geocross, 0.001 * geocross(state.latent.at("styles")));
}

TEST(ReleasedSgilo, CountsMaskedPixelsAsAgreeing) {
  Tensor mask = torch::zeros({16, 16});
  mask.slice(0, 0, 6) = 1;
  SmallProblem small(std::make_unique<Inpainting>(MaskOptions{"mask"}, Shape{3, 16, 16},
                                                  StateDict{{"mask", mask}}));
  const ReleasedSgilo solver(adam_alone("l", {1}));
  const SolverState state = solver.start(small.problem, row_keys(2, 1), kStreams);
  const ReleasedSgilo::Loss loss = solver.loss(state, small.problem);
  const Tensor rows = small.problem.measurements.reshape({2, 3, 6, 16});
  expect_close(loss.mse,
               (loss.image.slice(2, 0, 6) - rows).square().sum({1, 2, 3}) / (3 * 16 * 16));
}

TEST(ReleasedSgilo, BeginsEachRoundWithAdamAndTheLayerAnew) {
  SmallProblem small(downsampling());
  ReleasedSgiloOptions options = adam_alone("nlg", {2, 1});
  options.learning_rates = {0.05, 0.02};
  const ReleasedSgilo solver(options);
  SolverState state = solver.start(small.problem, row_keys(2, 1), kStreams);
  for (int i = 0; i < 2; ++i) solver.step(state, small.problem, kStreams);
  EXPECT_EQ(state.latent.layer, 0);
  const LatentState before = small.generator.advance(state.latent, 1);
  const LatentState gradient = solver.loss(state, small.problem).gradient;
  EXPECT_EQ(names(gradient),
            (std::vector<std::string>{"features", "styles", "noise_0", "noise_1", "noise_2"}));
  solver.step(state, small.problem, kStreams);
  EXPECT_EQ(state.latent.layer, 1);
  for (const Variable& g : gradient.variables)  // Adam's first step is the rate, whatever g is
    expect_close(state.latent.at(g.name),
                 before.at(g.name) - 0.02 * g.value / (g.value.abs() + 1e-8));
  EXPECT_TRUE(torch::equal(state.latent.at("noise_3"), before.at("noise_3")));
  EXPECT_TRUE(solver.finished(state));
  EXPECT_EQ(state.counts.evaluations, 3 * 2);
}

TEST(ReleasedSgilo, FollowsTheScoreByItsTemperature) {
  SmallProblem small(downsampling());
  ReleasedSgiloOptions options = adam_alone("n", {1, 1});
  options.style_temperatures = {0.5};
  options.layer_temperatures = {0.5};
  options.layer_noise = 0;
  options.style_sampler.corrector = options.layer_sampler.corrector = Corrector::none;
  for (int round : {0, 1})
    for (const Role role : {Role::code, Role::layer})
      small.problem.priors.set(round, role, standard_normal());
  const ReleasedSgilo solver(options);
  SolverState state = solver.start(small.problem, row_keys(2, 1), kStreams);
  // One step of Euler-Maruyama at t = 0.01 without its noise: u (1 - beta / (2 N)).
  const double shrinking = (0.1 + 0.01 * 19.9) / (2 * 1000);
  const auto moved = [&](const Tensor& x, const ValueRange& range) {
    return x + 0.5 * (range.restored((1 - shrinking) * range.normalised(x)) - x);
  };
  const Tensor styles = state.latent.at("styles");
  solver.step(state, small.problem, kStreams);
  expect_close(state.latent.at("styles"), moved(styles, options.style_range));
  const LatentState next = small.generator.advance(state.latent, 1);
  solver.step(state, small.problem, kStreams);
  expect_close(state.latent.at("styles"), moved(next.at("styles"), options.style_range));
  expect_close(state.latent.at("features"), moved(next.at("features"), options.layer_range));
  EXPECT_EQ(state.counts.score_evaluations, 3 * 2);
}

TEST(ReleasedSgilo, AddsNoiseToStylesAlwaysAndToLayersWithTheirScore) {
  SmallProblem small(downsampling());
  ReleasedSgiloOptions options = adam_alone("n", {1, 1});
  options.style_noise = 0.1;
  const ReleasedSgilo solver(options, [](const Shape& shape) { return torch::ones(shape); });
  SolverState state = solver.start(small.problem, row_keys(2, 1), kStreams);
  const Tensor styles = state.latent.at("styles");
  solver.step(state, small.problem, kStreams);
  expect_close(state.latent.at("styles"), styles + 0.1);
  const LatentState next = small.generator.advance(state.latent, 1);
  solver.step(state, small.problem, kStreams);
  expect_close(state.latent.at("styles"), styles + 0.2);
  EXPECT_TRUE(torch::equal(state.latent.at("features"), next.at("features")));
}

TEST(ReleasedSgilo, KeepsStylesAndLinesOfNoiseAtTheirNorms) {
  SmallProblem small(downsampling());
  ReleasedSgiloOptions options = adam_alone("nl", {3});
  options.project_styles = options.project_noises = true;
  options.start_at_ones = true;
  const ReleasedSgilo solver(options);
  SolverState state = solver.start(small.problem, row_keys(2, 1), kStreams);
  EXPECT_TRUE(torch::equal(state.latent.at("styles"), torch::ones({2, 6, 6})));
  const LatentState before = state.latent;
  for (int i = 0; i < 3; ++i) solver.step(state, small.problem, kStreams);
  for (const char* name : {"styles", "noise_0"}) {
    EXPECT_FALSE(torch::allclose(state.latent.at(name), before.at(name), 1e-3, 1e-3)) << name;
    expect_close(state.latent.at(name).norm(2, {2}), before.at(name).norm(2, {2}));
  }
}

TEST(ReleasedSgilo, RepeatsARunFromItsSeed) {
  SmallProblem small(downsampling());
  ReleasedSgiloOptions options = adam_alone("nlg", {2, 2});
  options.chains = 2;
  options.style_noise = 0.1;
  const ReleasedSgilo solver(options);
  const auto last = [&](std::uint64_t seed) {
    Observer silent;
    return restore(small.problem, solver, row_keys(2, 2), RandomStreams(seed), silent).last();
  };
  const Tensor first = last(1);
  EXPECT_EQ(first.sizes(), (torch::IntArrayRef{2, 2, 3, 16, 16}));
  EXPECT_LE(first.abs().max().item<float>(), 1);
  EXPECT_TRUE(torch::equal(first, last(1)));
  EXPECT_FALSE(torch::allclose(first, last(2), 1e-2, 1e-2));
}

TEST(ReleasedSgilo, RefusesWhatItCannotRun) {
  SmallProblem small(downsampling());
  const auto refusal = [&](const ReleasedSgiloOptions& options) {
    return error_text<ConfigError>(
        [&] { ReleasedSgilo(options).start(small.problem, row_keys(2, 1), kStreams); });
  };
  EXPECT_EQ(refusal({}),
            "released_sgilo needs the released score of the code in round 0 (or a temperature of "
            "0), but the problem has none");
  EXPECT_EQ(refusal(adam_alone("nlg", {1, 1, 1, 1})),
            "solver.steps must name at most 3 rounds for released stylegan2 (16x16, 6 style rows "
            "of 6 through the mapping network), but names 4");
  EXPECT_EQ(refusal(adam_alone("nx", {1})),
            "solver.variables must be a list of words of the letters n, l and g, but is "
            "[\"nx\"]");
  ReleasedSgiloOptions options = adam_alone("n", {1});
  options.layer_range = {1, 1};
  EXPECT_EQ(refusal(options), "solver.layer_range.max must be above min = 1, but is 1");
}

TEST(ReleasedSgilo, RefusesOptionsWithoutEffect) {
  const auto refusal = [](const char* json) {
    ReleasedSgiloOptions options;
    from_json(Json::parse(json), options, "solver.");
    return error_text<ConfigError>([&] { ReleasedSgilo{options}; });
  };
  for (const char* list : {"learning_rates", "mse", "style_temperatures", "layer_temperatures"})
    EXPECT_EQ(refusal(concat(R"({"steps": [3], ")", list, R"(": [1, 2]})").c_str()),
              concat("solver.", list, " must name at most 1 values, one for each stage that it is ",
                     "of, but names 2"));
  EXPECT_EQ(refusal(R"({"steps": [3, 3], "variables": ["n", "l", "g"]})"),
            "solver.variables must name at most 2 values, one for each stage that it is of, but "
            "names 3");
  EXPECT_EQ(refusal(R"({"style_temperatures": [0], "style_sampler": {"hot_steps": 2}})"),
            "solver.style_sampler.hot_steps has no effect where no round has a style temperature; "
            "leave it out");
  for (const char* text : {R"({"steps": [3], "layer_noise": 0.1})",
                           R"({"layer_temperatures": [0.1, 0], "layer_noise": 0.1})"})
    EXPECT_EQ(refusal(text),
              "solver.layer_noise has no effect where no round from 1 on has a layer temperature; "
              "leave it out");
  EXPECT_EQ(refusal(R"({"layer_sampler": {"corrector": "none", "snr": 0.1}})"),
            "solver.layer_sampler.snr has no effect with corrector = none; leave it out");
  EXPECT_EQ(refusal(R"({"style_sampler": {"t_index": 0.5}})"),
            "solver.style_sampler.t_index has no effect on the hot sampler; leave it out");
  for (const char* text : {"{}", R"({"steps": [3]})", R"({"layer_temperatures": [0]})"})
    EXPECT_EQ(refusal(text), "") << text;
}

}  // namespace
}  // namespace sgilo
