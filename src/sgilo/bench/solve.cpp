#include <cmath>

#include "sgilo/bench/limits.h"
#include "sgilo/bench/networks.h"
#include "sgilo/bench/subjects.h"
#include "sgilo/machine/system_info.h"
#include "sgilo/operators/make_noise.h"
#include "sgilo/operators/make_operator.h"
#include "sgilo/runs/profile.h"
#include "sgilo/score/score_network.h"
#include "sgilo/solvers/restore.h"
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
  std::shared_ptr<StyleGan2Generator> generator;
  std::unique_ptr<ForwardOperator> seen;
  Priors priors;
  Tensor y;  // [1, measurement shape...]

  Case(const Sizes& sizes, torch::ScalarType type, Kernel kernel, std::int64_t seed)
      : generator(random_generator(sizes.synthesis, type, kernel)),
        seen(make_operator(InpaintingOptions{.keep = 0.05}, generator->image_shape(),
                           RandomStreams(static_cast<std::uint64_t>(seed)))) {
    ScoreNetworkOptions options;
    options.network = sizes.score.network;
    ScoreNetwork score(sizes.score.shape, options, RandomStreams(1));
    for (Tensor& parameter : score->parameters()) parameter.requires_grad_(false);
    score->network()->products = {type, faster_linear_way()};
    const Tensor condition = sizes.score.network.condition_size > 0
                                 ? torch::zeros({1, sizes.score.network.condition_size})
                                 : Tensor();
    for (const int stage : {0, sizes.layer})
      for (const Role role : {Role::code, Role::noise})
        priors.set(stage, role, standard_normal(score->sde()));
    priors.set(sizes.layer, Role::layer, {score_function(score, condition), score->sde()});
    const torch::NoGradGuard no_grad;
    y = seen->apply(generator->decode(generator->draw(0, bench_rows(seed + 1, 1))));
  }

  Problem problem() const {
    // So much noise that the data weigh as much as the prior: random weights are no generator that
    // data could be followed through.
    const double width = (y.std() * std::sqrt(static_cast<double>(y.numel()))).item<double>();
    return {.generator = generator.get(),
            .forward_operator = seen.get(),
            .measurements = y,
            .likelihood = Likelihood(make_noise(GaussianNoiseOptions{}), width),
            .priors = priors};
  }
};

SgiloOptions solver_options(const BenchOptions& options, int chains, int layer) {
  SgiloOptions o;
  o.chains = chains;
  o.evaluations = options.evaluations;
  o.style_evaluations = options.evaluations / 5;
  o.layers = {layer};
  o.kept = 1;
  o.integrator = PartialReverseKernelOptions{};
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
          const Problem problem = own->problem();
          const RandomStreams streams(static_cast<std::uint64_t>(seed));
          Observer silent;
          const auto solve = [&](const Solver& with, const Problem& of) {
            restore(of, with, row_keys(1, o.chains), streams, silent);
          };
          if (!profiled) return solve(solver, problem);
          Profile watch;
          solve(*watch.watched(solver), watch.watched(problem));
          profile = watch.seconds();
        };
      };
      variations.push_back({bench_row(preset, precision, kernel, chains), limit, make});
    }
  }
  return variations;
}

}  // namespace sgilo
