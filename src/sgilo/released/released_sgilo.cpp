#include "sgilo/released/released_sgilo.h"

#include "sgilo/core/idle_options.h"
#include "sgilo/released/geocross.h"
#include "sgilo/solvers/adam.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/projections.h"

namespace sgilo {
namespace {

// Mean squared error of each row over the numbers of an image, [rows].
Tensor squared_error(const Problem& problem, const Tensor& image, const Tensor& target) {
  const Tensor measured = problem.forward_operator->apply(image);
  const Shape size{image.size(2), image.size(3)};
  if (measured.dim() != 4)
    return (measured - target).square().flatten(1).sum(1) / static_cast<double>(image[0].numel());
  const auto resized = [&](const Tensor& x) {
    if (x.sizes().slice(2) == torch::IntArrayRef(size)) return x;
    return torch::upsample_bilinear2d(x, size, /*align_corners=*/false);
  };
  return (resized(measured) - resized(target)).square().flatten(1).mean(1);
}

// How far the hot sampler moves a variable, S(x) - x.
Tensor displacement(const Tensor& x, const ScoreFunction& score, const Sde& sde,
                    const ValueRange& range, const ReleasedSamplerOptions& sampler,
                    const DrawSource& draws) {
  return range.restored(released_hot_sampler(score, sde, range.normalised(x), sampler, draws)) - x;
}

// Whether any round from `first` on follows a score of these temperatures.
bool follows(const std::vector<double>& temperatures, std::size_t first, std::size_t rounds) {
  for (std::size_t round = first; round < rounds; ++round)
    if (of_stage(temperatures, round) > 0) return true;
  return false;
}

void refuse_idle_options(const ReleasedSamplerOptions& o, const std::string& path) {
  refuse_idle(o, {"t_index", "denoise", "measurements_strength"}, "on the hot sampler", path);
  if (o.corrector == Corrector::none)
    refuse_idle(o, {"corrector_steps", "snr"}, "with corrector = none", path);
  if (o.predictor == Predictor::none)
    refuse_idle(o, {"probability_flow"}, "with predictor = none", path);
}

void refuse_idle_options(const ReleasedSgiloOptions& o) {
  const ReleasedSgiloOptions defaults;
  const std::size_t rounds = o.steps.size();
  const auto list = [&](const char* name, auto member) {
    refuse_idle_values(concat("solver.", name), o.*member, defaults.*member, rounds);
  };
  list("learning_rates", &ReleasedSgiloOptions::learning_rates);
  list("variables", &ReleasedSgiloOptions::variables);
  list("mse", &ReleasedSgiloOptions::mse);
  list("style_temperatures", &ReleasedSgiloOptions::style_temperatures);
  list("layer_temperatures", &ReleasedSgiloOptions::layer_temperatures);
  refuse_idle_options(o.style_sampler, "solver.style_sampler.");
  refuse_idle_options(o.layer_sampler, "solver.layer_sampler.");
  if (!follows(o.style_temperatures, 0, rounds))
    refuse_idle(o, {"style_range", "style_sampler"}, "where no round has a style temperature",
                "solver.");
  if (!follows(o.layer_temperatures, 1, rounds))
    refuse_idle(o, {"layer_noise", "layer_range", "layer_sampler"},
                "where no round from 1 on has a layer temperature", "solver.");
}

Tensor as_map(const Tensor& styles) { return styles.transpose(1, 2).unsqueeze(3); }
Tensor as_rows(const Tensor& map) { return map.squeeze(3).transpose(1, 2); }

}  // namespace

Tensor ValueRange::normalised(const Tensor& x) const { return (x - min) / (max - min + 1e-8); }
Tensor ValueRange::restored(const Tensor& u) const { return u * (max - min + 1e-8) + min; }

ReleasedSgilo::ReleasedSgilo(const ReleasedSgiloOptions& options, DrawSource draws)
    : options_(options), draws_(std::move(draws)) {
  validate(options, "solver.");
  for (const auto& [name, range] :
       {std::pair("style_range", options.style_range), {"layer_range", options.layer_range}})
    if (!(range.max > range.min))
      throw ConfigError(
          concat("solver.", name, ".max must be above min = ", range.min, ", but is ", range.max));
  refuse_idle_options(options);
  schedule_ = Schedule(stages_of_steps(options.steps));
}

std::string ReleasedSgilo::describe() const {
  std::vector<std::string> steps;
  for (const int count : options_.steps) steps.push_back(std::to_string(count));
  return concat("released sgilo (", options_.chains, " chains of ", join(steps, " + "), " steps)");
}

// Which variables Adam moves in the state's round.
std::vector<bool> ReleasedSgilo::moved(const LatentState& state) const {
  const std::string& letters = of_stage(options_.variables, static_cast<std::size_t>(state.layer));
  const auto named = [&](char letter) { return letters.find(letter) != std::string::npos; };
  const int reached = options_.noises_lookahead + 2 * state.layer;
  std::vector<bool> moves;
  int noises = 0;
  for (const Variable& x : state.variables) {
    if (x.role == Role::code) moves.push_back(named('l'));
    if (x.role == Role::layer) moves.push_back(named('g'));
    if (x.role == Role::noise) moves.push_back(named('n') && noises++ < reached);
  }
  return moves;
}

bool ReleasedSgilo::follows_score(Role role, int round) const {
  const auto r = static_cast<std::size_t>(round);
  if (role == Role::code) return of_stage(options_.style_temperatures, r) > 0;
  return role == Role::layer && round > 0 && of_stage(options_.layer_temperatures, r) > 0;
}

SolverState ReleasedSgilo::start(const Problem& problem, const std::vector<RowKey>& rows,
                                 const RandomStreams& streams) const {
  SolverState state = start_chains(problem, rows, streams);
  const auto rounds = static_cast<int>(options_.steps.size());
  if (rounds > problem.generator->layers() + 1)
    throw ConfigError(concat("solver.steps must name at most ", problem.generator->layers() + 1,
                             " rounds for ", problem.generator->describe(), ", but names ",
                             rounds));
  if (problem.rows_at_once > 0)
    throw ConfigError("max_memory is not known to solver released_sgilo");
  if (!problem.likelihood.is_gaussian())
    throw ConfigError(
        concat("released_sgilo minimises the squared error, so that noise must be "
               "gaussian, but is ",
               problem.likelihood.describe()));
  for (int round = 0; round < rounds; ++round)
    for (const Role role : {Role::code, Role::layer}) {
      if (!follows_score(role, round)) continue;
      if (problem.priors.coordinates() != PriorCoordinates::released)
        throw ConfigError(
            "solver released_sgilo takes the files of the released program "
            "(--released.generator, ...), but the model is none of them");
      if (!problem.priors.has(round, role))
        throw ConfigError(concat("released_sgilo needs the released score of the ", word_of(role),
                                 " in round ", round,
                                 " (or a temperature of 0), but the problem has none"));
    }
  if (options_.start_at_ones) {
    Tensor& code = state.latent.at(Role::code);
    code = torch::ones_like(code);
  }
  return state;
}

// Those of the step to come: a round begins with the layer that the round before leaves.
LatentState ReleasedSgilo::next_variables(const SolverState& state, const Problem& problem) const {
  const int round = schedule_.at(state.step).stage.layer;
  if (round == state.latent.layer) return state.latent;
  const torch::NoGradGuard no_grad;
  return problem.generator->advance(state.latent, round).detached();
}

// Adam begins anew, and spheres go through what is there.
void ReleasedSgilo::enter_round(SolverState& state, const Problem& problem) const {
  state.adam = {};
  state.latent = next_variables(state, problem);
  state.radii = {state.latent.layer, {}};
  for (const Variable& x : state.latent.variables)
    if ((x.role == Role::code && options_.project_styles) ||
        (x.role == Role::noise && options_.project_noises))
      state.radii.variables.push_back({x.name, x.role, released_radii(x.value)});
}

ReleasedSgilo::Loss ReleasedSgilo::loss(const SolverState& state, const Problem& problem) const {
  const torch::AutoGradMode with_gradients(true);
  LatentState leaves = next_variables(state, problem).detached();
  const int round = leaves.layer;
  const std::vector<bool> moves = moved(leaves);
  LatentState gradient{round, {}};
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < moves.size(); ++i)
    if (moves[i]) {
      Variable& x = leaves.variables[i];
      x.value.requires_grad_(true);
      inputs.push_back(x.value);
      gradient.variables.push_back({x.name, x.role, torch::zeros_like(x.value)});
    }
  const Tensor image = problem.generator->decode(leaves).clamp(-1, 1);
  Loss out{image.detach(), {}, {}, std::move(gradient)};
  const Tensor mse = of_stage(options_.mse, static_cast<std::size_t>(round)) *
                     squared_error(problem, image, row_measurements(problem, state));
  Tensor cross = torch::zeros_like(mse);
  if (options_.geocross > 0)
    cross = options_.geocross * geocross(geocross_styles(leaves.at(Role::code), round));
  out.mse = mse.detach();
  out.geocross = cross.detach();
  if (inputs.empty()) return out;
  const auto gradients = torch::autograd::grad({(mse + cross).mean()}, inputs, {}, false, false,
                                               /*allow_unused=*/true);
  for (std::size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].defined()) out.gradient.variables[i].value = gradients[i];
  return out;
}

// What the hot samplers make of codes and layers: S(x) - x of each that follows its score.
struct ReleasedSgilo::Drifts {
  Tensor code, layer;  // undefined: it does not follow
};

ReleasedSgilo::Drifts ReleasedSgilo::drifts(SolverState& state, const Problem& problem,
                                            const DrawSource& draws) const {
  const LatentState& v = state.latent;
  const int round = v.layer;
  const auto score_of = [&](const Prior& prior) -> ScoreFunction {
    return [&prior, &state](const Tensor& x, const Tensor& t) {
      state.counts.score_evaluations += x.size(0);
      return prior.score(x, t);
    };
  };
  Drifts out;
  if (follows_score(Role::code, round)) {
    const Prior& prior = problem.priors.at(round, Role::code);
    out.code = as_rows(displacement(as_map(v.at(Role::code)), score_of(prior), prior.sde,
                                    options_.style_range, options_.style_sampler, draws));
  }
  if (follows_score(Role::layer, round)) {
    const Prior& prior = problem.priors.at(round, Role::layer);
    out.layer = displacement(v.at(Role::layer), score_of(prior), prior.sde, options_.layer_range,
                             options_.layer_sampler, draws);
  }
  return out;
}

StepReport ReleasedSgilo::step(SolverState& state, const Problem& problem,
                               const RandomStreams& streams) const {
  const Moment now = schedule_.at(state.step);
  const torch::NoGradGuard no_grad;
  if (now.round == 0) enter_round(state, problem);
  const std::size_t r = now.number;
  const DrawSource draws = draws_ ? draws_
                                  : draws_of(children(row_streams(state, streams), "step",
                                                      static_cast<std::uint64_t>(state.step)));
  const Loss at = loss(state, problem);
  state.counts.evaluations += state.count();
  const Drifts by = drifts(state, problem, draws);

  LatentState v = state.latent;
  const LatentState own = mapped(at.gradient, [&](const Variable& g) { return v.at(g.name); });
  const double rate = of_stage(options_.learning_rates, r);
  for (const Variable& x : adam_step(own, at.gradient, state.adam, now.round + 1, rate).variables)
    v.at(x.name) = x.value;
  const auto drift = [&](Tensor& x, double temperature, const Tensor& displacement, double noise) {
    x = x + temperature * displacement + noise * draws(x.sizes().vec()).to(x.options());
  };
  Tensor& code = v.at(Role::code);
  drift(code, of_stage(options_.style_temperatures, r),
        by.code.defined() ? by.code : torch::zeros_like(code), options_.style_noise);
  if (by.layer.defined())
    drift(v.at(Role::layer), of_stage(options_.layer_temperatures, r), by.layer,
          options_.layer_noise);
  move_chains(state, mapped(v, [&](const Variable& x) {
                return state.radii.has(x.name) ? project_to_radii(x.value, state.radii.at(x.name))
                                               : x.value;
              }));

  ++state.step;
  if (finished(state))
    keep_image(state, problem, problem.generator->decode(state.latent).clamp(-1, 1));
  return {.stage = concat("round ", now.stage.layer),
          .step = state.step,
          .steps = total_steps(),
          .values = {{"mse", healthy_mean(state, at.mse)},
                     {"geocross", healthy_mean(state, at.geocross)}}};
}

}  // namespace sgilo
