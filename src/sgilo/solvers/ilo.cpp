#include "sgilo/solvers/ilo.h"

#include <numeric>

#include "sgilo/core/idle_options.h"
#include "sgilo/sampling/batch.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/energy.h"
#include "sgilo/solvers/projections.h"

namespace sgilo {
namespace {

// x_k^0 = G1 of the previous stage's result; the balls are centred there.
void enter_stage(SolverState& state, const Problem& problem, int layer) {
  state.adam = {};
  state.centre = {};
  if (layer == 0) return;
  const torch::NoGradGuard no_grad;
  state.latent = problem.generator->advance(state.latent, layer).detached();
  state.centre = state.latent;
}

void refuse_idle_options(const IloOptions& o) {
  const IloOptions defaults;
  refuse_idle_values("solver.learning_rates", o.learning_rates, defaults.learning_rates,
                     o.shares.size());
  refuse_idle_values("solver.radii", o.radii, defaults.radii, o.shares.size() - 1);
  if (!o.constrained) refuse_idle(o, {"radii"}, "with constrained = false", "solver.");
}

}  // namespace

std::vector<int> stage_evaluations(int evaluations, const std::vector<int>& shares,
                                   const std::string& path) {
  const std::int64_t all = std::accumulate(shares.begin(), shares.end(), std::int64_t{0});
  std::vector<int> out;
  std::int64_t before = 0, used = 0;
  for (const int share : shares) {
    before += share;
    const auto until = static_cast<std::int64_t>(
        static_cast<double>(evaluations) * static_cast<double>(before) / static_cast<double>(all));
    out.push_back(static_cast<int>(until - used));
    used = until;
    if (out.back() == 0)
      throw ConfigError(concat(path, "evaluations must give each of the ", shares.size(),
                               " stages one or more, but is ", evaluations));
  }
  return out;
}

Ilo::Ilo(const IloOptions& options) : options_(options) {
  validate(options, "solver.");
  refuse_idle_options(options);
  evaluations_ = stage_evaluations(options.evaluations, options.shares);
  schedule_ = Schedule(stages_of_steps(evaluations_));
}

std::string Ilo::describe() const {
  std::vector<std::string> steps;
  for (const int count : evaluations_) steps.push_back(std::to_string(count));
  return concat("ilo (", options_.chains, " restarts of ", join(steps, " + "), " steps, ",
                options_.constrained ? "l1 balls" : "unconstrained", ")");
}

SolverState Ilo::start(const Problem& problem, const std::vector<RowKey>& rows,
                       const RandomStreams& streams) const {
  SolverState state = start_chains(problem, rows, streams);
  const auto layers = static_cast<int>(options_.shares.size()) - 1;
  if (layers > problem.generator->layers())
    throw ConfigError(concat("solver.shares must name at most ", problem.generator->layers() + 1,
                             " stages for ", problem.generator->describe(), ", but names ",
                             layers + 1));
  return state;
}

LatentState Ilo::projected(const LatentState& v, const SolverState& state) const {
  return mapped(v, [&](const Variable& variable) {
    Tensor x = variable.value;
    const Role role = variable.role;
    if (v.layer > 0) {
      double radius = role == Role::code ? options_.style_radius : options_.noise_radius;
      bool ball = radius > 0;
      if (role == Role::layer) {
        radius = of_stage(options_.radii, static_cast<std::size_t>(v.layer - 1));
        ball = options_.constrained;
      }
      if (ball)
        x = project_l1_ball(x, state.centre.at(variable.name),
                            radius * static_cast<double>(x[0].numel()));
    }
    if (role == Role::code && options_.project_styles) x = project_style_sphere(x);
    if (role == Role::noise && options_.project_noises) x = project_noise_sphere(x);
    return x;
  });
}

StepReport Ilo::step(SolverState& state, const Problem& problem,
                     const RandomStreams& streams) const {
  const Moment now = schedule_.at(state.step);
  if (now.round == 0) enter_stage(state, problem, now.stage.layer);

  LatentState at = state.latent;
  if (options_.noise_addition > 0) {
    const auto rows =
        children(row_streams(state, streams), "addition", static_cast<std::uint64_t>(state.step));
    Tensor& code = at.at(Role::code);
    code = code + options_.noise_addition * (1 - now.done()) * noise_like(code, rows);
  }
  const DataTerm data =
      data_term(problem, problem.likelihood, at, row_measurements(problem, state), state);
  const double rate = of_stage(options_.learning_rates, now.number) * cosine_tail(now.done());
  const LatentState moved = adam_step(state.latent, data.gradient, state.adam, now.round + 1, rate);
  move_chains(state, projected(moved, state));

  ++state.step;
  if (finished(state)) keep_draw(state, problem);
  return {.stage = concat("layer ", now.stage.layer),
          .step = state.step,
          .steps = total_steps(),
          .values = {{"loss", healthy_mean(state, data.loss)}}};
}

}  // namespace sgilo
