#include "sgilo/solvers/sgilo.h"

#include <algorithm>
#include <optional>

#include "sgilo/core/idle_options.h"
#include "sgilo/solvers/chains.h"

namespace sgilo {
namespace {

// Evaluations of a stage in which a kernel that learns has seen enough: with fewer its step is that
// of the first points, and langevin left the range of float32 at 10 to 30 evaluations.
constexpr std::int64_t kLearning = 12;

// A kernel that learns takes these for the warm-up, or half of the rounds where there are fewer,
// whatever share the options name.
Stage stage_of(int layer, std::int64_t evaluations, const SgiloOptions& o) {
  const int per_round = evaluations_per_round(o.integrator);
  Stage stage = make_stage(layer, evaluations, per_round, o.warmup);
  if (adapts_in_warmup(o.integrator))
    stage.warmup =
        std::max(stage.warmup, std::min((kLearning + per_round - 1) / per_round, stage.rounds / 2));
  return stage;
}

// Stage 0, then the layers, which share the rest of the evaluations evenly.
std::vector<Stage> stages_of(const SgiloOptions& o) {
  const std::vector<int> layers = o.use_layer_score ? o.layers : std::vector<int>{};
  if (!std::is_sorted(layers.begin(), layers.end(), std::less_equal<>()))
    throw ConfigError(concat("solver.layers must rise, but is ", Json(layers).dump()));
  const auto count = static_cast<std::int64_t>(layers.size());
  if (o.evaluations < count + 1)
    throw ConfigError(concat("solver.evaluations must be at least ", count + 1,
                             ", one for stage 0 and each layer, but is ", o.evaluations));
  const int style = o.style_evaluations > 0 ? o.style_evaluations : std::max(1, o.evaluations / 3);
  const std::int64_t rest = o.evaluations - style;
  if (count > 0 && rest < count)
    throw ConfigError(concat("solver.style_evaluations must leave some of the ", o.evaluations,
                             " evaluations to each layer, but is ", style));
  std::vector<Stage> stages{stage_of(0, count > 0 ? style : o.evaluations, o)};
  for (std::int64_t i = 0; i < count; ++i)
    stages.push_back(stage_of(layers[static_cast<std::size_t>(i)],
                              rest * (i + 1) / count - rest * i / count, o));
  return stages;
}

// No kept draw is of the coarse generator, and what a warm-up adapts ends on the whole one.
void require_coarse_steps_fit(const SgiloOptions& o, const std::vector<Stage>& stages) {
  const Stage& first = stages.front();
  const std::int64_t most = stages.size() == 1 || adapts_in_warmup(o.integrator)
                                ? first.warmup / 2 * first.evaluations / first.rounds
                                : first.evaluations;
  if (o.coarse_steps > most)
    throw ConfigError(concat(
        "solver.coarse_steps must be at most ", most,
        most < first.evaluations ? " (half of stage 0's warm-up)" : " (the evaluations of stage 0)",
        ", but is ", o.coarse_steps));
}

constexpr std::int64_t kUsualDraws = 16;

std::int64_t kept_of(const SgiloOptions& o, const Stage& last) {
  const std::int64_t open = last.rounds - last.warmup;
  if (o.kept == 0) return std::min(kUsualDraws, open);
  if (o.kept > open)
    throw ConfigError(concat("solver.kept must be at most the ", open,
                             " rounds of the last stage after warm-up, but is ", o.kept));
  return o.kept;
}

void refuse_idle_options(const SgiloOptions& o) {
  if (!o.use_layer_score)
    refuse_idle(o, {"style_evaluations", "layers"}, "with use_layer_score = false", "solver.");
  if (o.coarse_steps == 0) refuse_idle(o, {"coarse_side"}, "with coarse_steps = 0", "solver.");
}

// A layer without a score would be sampled under no prior at all.
void require_priors(const Priors& priors, const LatentState& stage) {
  for (const Variable& x : stage.variables) {
    if (priors.has(stage.layer, x.role)) continue;
    if (x.role != Role::layer)
      throw ConfigError(concat("sgilo needs a prior for '", x.name, "' of layer ", stage.layer,
                               ", but the problem has none"));
    std::vector<std::string> known;
    for (const int layer : priors.layers()) known.push_back(concat(layer));
    throw ConfigError(concat("solver.layers must name layers whose score the model has (",
                             known.empty() ? "none" : join(known), "), but names ", stage.layer,
                             "; without one: --solver.use-layer-score=false"));
  }
}

}  // namespace

std::int64_t kept_draws(const SgiloOptions& options) {
  return kept_of(options, stages_of(options).back());
}

Sgilo::Sgilo(const SgiloOptions& options) : options_(options) {
  validate(options, "solver.");
  refuse_idle_options(options);
  std::visit([](const auto& kernel) { require_consistent(kernel, "solver.integrator."); },
             options.integrator);
  const std::vector<Stage> stages = stages_of(options);
  require_coarse_steps_fit(options, stages);
  schedule_ = Schedule(stages, options.coarse_steps, kept_of(options, stages.back()));
}

std::string Sgilo::describe() const {
  return concat("sgilo (", sgilo::describe(options_.integrator), ", ", options_.chains,
                " chains of ", options_.evaluations, " evaluations, ",
                options_.use_layer_score ? concat("layers ", Json(options_.layers).dump())
                                         : std::string("style prior only"),
                ")");
}

SolverState Sgilo::start(const Problem& problem, const std::vector<RowKey>& rows,
                         const RandomStreams& streams) const {
  SolverState state = start_chains(problem, rows, streams);
  if (options_.coarse_steps > 0 && !problem.coarse)
    throw ConfigError("solver.coarse_steps needs a generator that can be cut, such as StyleGAN2");
  const int available = problem.generator->layers(), last = schedule_.stages().back().layer;
  if (last > available)
    throw ConfigError(concat("solver.layers must lie in 1 to ", available, " for ",
                             problem.generator->describe(), ", but names ", last));
  if (problem.priors.coordinates() != PriorCoordinates::standardised)
    throw ConfigError(
        "solver sgilo takes a model folder, but released.generator is named; with released files: "
        "--solver released_sgilo, csgm or ilo");
  const torch::NoGradGuard no_grad;
  LatentState one = state.latent.select_rows(torch::zeros({1}, torch::kInt64));
  for (const Stage& stage : schedule_.stages()) {
    one = problem.generator->advance(one, stage.layer);
    require_priors(problem.priors, one);
    std::visit([&](const auto& kernel) { require_usable(kernel, problem, one); },
               options_.integrator);
  }
  return state;
}

// One round: the kernel moves all chains under the posterior of the stage in play; x_k = G1 of the
// stage before where it begins.
StepReport Sgilo::step(SolverState& state, const Problem& problem,
                       const RandomStreams& streams) const {
  const torch::NoGradGuard no_grad;
  const Moment now = schedule_.at(state.step);
  if (now.round == 0 || now.leaves_coarse) state.kernel = {};  // it is of another posterior
  if (now.round == 0)
    state.latent = problem.generator->advance(state.latent, now.stage.layer).detached();

  std::optional<Problem> coarse;
  if (now.coarse) {
    coarse = problem;
    coarse->generator = problem.coarse.get();
  }
  Target target(
      coarse ? *coarse : problem, state,
      children(row_streams(state, streams), "step", static_cast<std::uint64_t>(state.step)), now);
  move_chains(state, transition(options_.integrator, target));

  ++state.step;
  if (now.keeps_draw) keep_draw(state, problem);
  return {.stage = concat("layer ", now.stage.layer),
          .step = state.step,
          .steps = total_steps(),
          .values = {{"loss", healthy_mean(state, target.loss())}}};
}

}  // namespace sgilo
