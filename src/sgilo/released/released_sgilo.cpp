#include "sgilo/released/released_sgilo.h"

#include <numeric>

#include "sgilo/released/geocross.h"
#include "sgilo/solvers/adam.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/projections.h"
#include "sgilo/solvers/variables.h"

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
  total_steps = std::accumulate(options.steps.begin(), options.steps.end(), std::int64_t{0});
}

std::string ReleasedSgilo::describe() const {
  std::vector<std::string> steps;
  for (const int count : options_.steps) steps.push_back(std::to_string(count));
  return concat("released sgilo (", options_.chains, " chains of ", join(steps, " + "), " steps)");
}

// Whether Adam moves it in this round.
bool ReleasedSgilo::moves(const std::string& variable, int round) const {
  const std::string& letters = of_stage(options_.variables, static_cast<std::size_t>(round));
  const auto named = [&](char letter) { return letters.find(letter) != std::string::npos; };
  if (variable == "styles") return named('l');
  if (variable == "features") return named('g');
  const int input = std::stoi(variable.substr(variable.find('_') + 1));
  return named('n') && input < options_.noises_lookahead + 2 * round;
}

bool ReleasedSgilo::follows_score(const std::string& variable, int round) const {
  const auto r = static_cast<std::size_t>(round);
  if (variable == "styles") return of_stage(options_.style_temperatures, r) > 0;
  return variable == "features" && of_stage(options_.layer_temperatures, r) > 0;
}

SolverState ReleasedSgilo::start(const Problem& problem, const RandomStreams& streams) const {
  SolverState state = start_chains(problem, options_.chains, streams);
  const auto rounds = static_cast<int>(options_.steps.size());
  if (rounds > problem.generator->layers() + 1)
    throw ConfigError(concat("solver.steps must name at most ", problem.generator->layers() + 1,
                             " rounds for ", problem.generator->describe(), ", but names ",
                             rounds));
  for (int round = 0; round < rounds; ++round)
    for (const std::string name : {"styles", "features"}) {
      if (!follows_score(name, round) || (round == 0 && name == "features")) continue;
      const auto priors = problem.priors.find(round);
      if (priors == problem.priors.end() || !priors->second.contains(name))
        throw ConfigError(concat("released_sgilo needs the released score of '", name,
                                 "' in round ", round,
                                 " (or a temperature of 0), but the problem has none"));
    }
  if (options_.start_at_ones) {
    Tensor& styles = state.latent.at("styles");
    styles = torch::ones_like(styles);
  }
  return state;
}

ReleasedSgilo::Position ReleasedSgilo::position(const SolverState& state) const {
  Position at{0, state.step};
  for (const int steps : options_.steps) {
    if (at.done < steps || at.round + 1 == static_cast<int>(options_.steps.size())) break;
    at.done -= steps;
    ++at.round;
  }
  return at;
}

// Those of the step to come: a round begins with the layer that the round before leaves.
LatentState ReleasedSgilo::next_variables(const SolverState& state, const Problem& problem) const {
  const int round = position(state).round;
  if (round == state.latent.layer) return state.latent;
  const torch::NoGradGuard no_grad;
  return problem.generator->advance(state.latent, round).detached();
}

// Adam begins anew, and spheres go through what is there.
void ReleasedSgilo::enter_round(SolverState& state, const Problem& problem) const {
  forget(state, "adam.");
  forget(state, "radii.");
  state.latent = next_variables(state, problem);
  for (const auto& [name, x] : state.latent.variables)
    if (name == "styles" ? options_.project_styles : name != "features" && options_.project_noises)
      state.tensors["radii." + name] = released_radii(x);
}

ReleasedSgilo::Loss ReleasedSgilo::loss(const SolverState& state, const Problem& problem) const {
  const torch::AutoGradMode with_gradients(true);
  LatentState leaves = next_variables(state, problem).detached();
  const int round = leaves.layer;
  LatentState moved{round, {}};
  std::vector<Tensor> inputs;
  for (auto& [name, x] : leaves.variables)
    if (moves(name, round)) {
      x.requires_grad_(true);
      inputs.push_back(x);
      moved.variables.emplace_back(name, torch::zeros_like(x));
    }
  const Tensor image = problem.generator->decode(leaves).clamp(-1, 1);
  Loss out{image.detach(), {}, {}, std::move(moved)};
  const Tensor mse = of_stage(options_.mse, static_cast<std::size_t>(round)) *
                     squared_error(problem, image, row_measurements(problem, state));
  Tensor cross = torch::zeros_like(mse);
  if (options_.geocross > 0)
    cross = options_.geocross * geocross(geocross_styles(leaves.at("styles"), round));
  out.mse = mse.detach();
  out.geocross = cross.detach();
  if (inputs.empty()) return out;
  const auto gradients = torch::autograd::grad({(mse + cross).mean()}, inputs, {}, false, false,
                                               /*allow_unused=*/true);
  for (std::size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].defined()) out.gradient.variables[i].second = gradients[i];
  return out;
}

StepReport ReleasedSgilo::step(SolverState& state, const Problem& problem,
                               const RandomStreams& streams) const {
  const Position now = position(state);
  const int round = now.round;
  const torch::NoGradGuard no_grad;
  if (now.done == 0) enter_round(state, problem);
  const auto r = static_cast<std::size_t>(round);
  const DrawSource draws = draws_ ? draws_
                                  : draws_of(children(row_streams(problem, state, streams), "step",
                                                      static_cast<std::uint64_t>(state.step)));
  const auto noise_for = [&](const Tensor& x) { return draws(x.sizes().vec()).to(x.options()); };
  const auto score_of = [&](const std::string& name) -> ScoreFunction {
    const ScoreFunction& own = problem.priors.at(round).at(name).score;
    return [&own, &state](const Tensor& x, const Tensor& t) {
      state.counters["score_evaluations"] += static_cast<double>(x.size(0));
      return own(x, t);
    };
  };

  LatentState v = state.latent;
  const Loss at = loss(state, problem);
  state.counters["evaluations"] += static_cast<double>(v.rows());
  const Tensor& styles = v.at("styles");
  Tensor style_drift = torch::zeros_like(styles), layer_drift;
  if (follows_score("styles", round))
    style_drift = as_rows(displacement(as_map(styles), score_of("styles"), problem.sde,
                                       options_.style_range, options_.style_sampler, draws));
  const bool layer_moves = round > 0 && follows_score("features", round);
  if (layer_moves)
    layer_drift = displacement(v.at("features"), score_of("features"), problem.sde,
                               options_.layer_range, options_.layer_sampler, draws);

  LatentState moved{round, {}};
  for (const auto& variable : at.gradient.variables)
    moved.variables.emplace_back(variable.first, v.at(variable.first));
  moved = adam_step(moved, at.gradient, state.tensors, now.done + 1,
                    of_stage(options_.learning_rates, r));
  for (const auto& [name, x] : moved.variables) v.at(name) = x;
  const auto drift = [&](const std::string& name, double temperature, const Tensor& by,
                         double noise) {
    Tensor& x = v.at(name);
    x = x + temperature * by + noise * noise_for(x);
  };
  drift("styles", of_stage(options_.style_temperatures, r), style_drift, options_.style_noise);
  if (layer_moves)
    drift("features", of_stage(options_.layer_temperatures, r), layer_drift, options_.layer_noise);
  move_chains(state, mapped(v, [&](const std::string& name, const Tensor& x) {
                const auto radii = state.tensors.find("radii." + name);
                return radii == state.tensors.end() ? x : project_to_radii(x, radii->second);
              }));

  ++state.step;
  if (finished(state))
    keep_image(state, problem, problem.generator->decode(state.latent).clamp(-1, 1));
  return {concat("round ", round),
          state.step,
          total_steps,
          {{"mse", healthy_mean(state, at.mse)}, {"geocross", healthy_mean(state, at.geocross)}}};
}

}  // namespace sgilo
