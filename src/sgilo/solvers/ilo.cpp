#include "sgilo/solvers/ilo.h"

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

}  // namespace

Ilo::Ilo(const IloOptions& options) : options_(options) {
  validate(options, "solver.");
  schedule_ = Schedule(stages_of_steps(options.steps));
}

std::string Ilo::describe() const {
  std::vector<std::string> steps;
  for (const int count : options_.steps) steps.push_back(std::to_string(count));
  return concat("ilo (", options_.chains, " restarts of ", join(steps, " + "), " steps, ",
                options_.constrained ? "l1 balls" : "unconstrained", ")");
}

SolverState Ilo::start(const Problem& problem, const std::vector<RowKey>& rows,
                       const RandomStreams& streams) const {
  SolverState state = start_chains(problem, rows, streams);
  const auto layers = static_cast<int>(options_.steps.size()) - 1;
  if (layers > problem.generator->layers())
    throw ConfigError(concat("solver.steps must name at most ", problem.generator->layers() + 1,
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
