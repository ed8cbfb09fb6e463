#include <cmath>

#include "sgilo/bench/limits.h"
#include "sgilo/bench/networks.h"
#include "sgilo/bench/subjects.h"
#include "sgilo/machine/system_info.h"
#include "sgilo/operators/make_operator.h"
#include "sgilo/runs/profile.h"
#include "sgilo/score/score_network.h"
#include "sgilo/solvers/sgilo.h"

namespace sgilo {
namespace {

// A generator and the score network of one of its layers, both with random weights.
struct Sizes {
  SynthesisOptions synthesis;
  ScorePreset score;
  int layer;
};
Sizes sizes_of(const std::string& preset) {
  if (preset == "default")
    return {.synthesis = synthesis_preset(preset), .score = score_preset(preset), .layer = 2};
  if (preset != "config-f")
    throw ConfigError(unknown_name("preset", preset, {"default", "config-f"}));
  Sizes sizes{.synthesis = synthesis_preset(preset), .score = score_preset("paper"), .layer = 3};
  sizes.score.shape[0] += 3;  // the skip image beside the features
  return sizes;
}

// An image of the generator itself, of which 5 % of the pixels are seen.
struct Case {
  Case(const Sizes& sizes, torch::ScalarType type, Kernel kernel, std::int64_t seed)
      : generator(random_generator(sizes.synthesis, type, kernel)),
        seen(make_inpainting(generator->image_shape(), seed)) {
    ScoreNetworkOptions options;
    options.network = sizes.score.network;
    ScoreNetwork score(sizes.score.shape, options, RandomStreams(1));
    for (Tensor& parameter : score->parameters()) parameter.requires_grad_(false);
    score->network()->products = {type, faster_linear_way()};
    const torch::NoGradGuard no_grad;
    problem.generator = generator.get();
    problem.forward_operator = seen.get();
    const auto truth = bench_rows(seed + 1, 1);
    problem.measurements = seen->apply(generator->decode(generator->draw(0, truth)));
    // So much noise that the data weigh as much as the prior: random weights are no generator that
    // data could be followed through.
    const Tensor& y = problem.measurements;
    problem.noise_std = (y.std() * std::sqrt(static_cast<double>(y.numel()))).item<double>();
    problem.sde = score->sde();
    const Tensor condition = sizes.score.network.condition_size > 0
                                 ? torch::zeros({1, sizes.score.network.condition_size})
                                 : Tensor();
    const VariablePrior normal{[](const Tensor& x, const Tensor&) { return -x; }, {}, {}};
    problem.priors[0]["styles"] = problem.priors[sizes.layer]["styles"] = normal;
    problem.priors[sizes.layer]["features"] = {score_function(score, condition), {}, {}};
  }

  static std::unique_ptr<ForwardOperator> make_inpainting(const Shape& shape, std::int64_t seed) {
    InpaintingOptions options;
    options.keep = 0.05;
    return make_operator(options, shape, RandomStreams(static_cast<std::uint64_t>(seed)));
  }

  std::shared_ptr<StyleGan2Generator> generator;
  std::unique_ptr<ForwardOperator> seen;
  Problem problem;
};

SgiloOptions solver_options(const BenchOptions& options, int chains, int layer) {
  SgiloOptions o;
  o.chains = chains;
  o.evaluations = options.evaluations;
  o.style_evaluations = options.evaluations / 5;
  o.layers = {layer};
  o.kept = 1;
  o.integrator = Integrator::partial_reverse;
  return o;
}

}  // namespace

std::vector<BenchVariation> solve_variations(const BenchOptions& options, const std::string& preset,
                                             int chains) {
  const Sizes sizes = sizes_of(preset);
  const SgiloOptions o = solver_options(options, chains, sizes.layer);
  std::vector<BenchVariation> variations;
  for (const std::string& precision : options.precisions) {
    const auto type = scalar_type(from_word<Precision>("precision", precision));
    const BareRun step(convolutions_of(sizes.synthesis), chains, type),
        score(products_of(sizes.score.network, sizes.score.tokens(), chains), type);
    const auto limit = [step, score, o] {
      return o.evaluations * step.seconds() +
             (o.evaluations - o.style_evaluations) * score.seconds();
    };
    for (const std::string& kernel : options.kernels) {
      const auto make = [sizes, type, o, chosen = from_word<Kernel>("kernel", kernel),
                         seed = options.seed, profiled = options.profile]() -> BenchStep {
        const auto own = std::make_shared<Case>(sizes, type, chosen, seed);
        return [own, o, seed, profiled](auto& profile) {
          const Sgilo solver(o);
          const RandomStreams streams(static_cast<std::uint64_t>(seed));
          Observer silent;
          const auto solve = [&](const Solver& with, const Problem& problem) {
            SolverState state = with.start(problem, streams);
            run(with, state, problem, streams, silent);
          };
          if (!profiled) return solve(solver, own->problem);
          Profile watch;
          solve(*watch.watched(solver), watch.watched(own->problem));
          profile = watch.seconds();
        };
      };
      variations.push_back({bench_row(preset, precision, kernel, chains), limit, make});
    }
  }
  return variations;
}

}  // namespace sgilo
