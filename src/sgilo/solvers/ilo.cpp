#include "sgilo/solvers/ilo.h"

#include <numeric>

#include "sgilo/sampling/batch.h"
#include "sgilo/solvers/adam.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/energy.h"
#include "sgilo/solvers/projections.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {
Ilo::Ilo(const IloOptions& options) : options_(options) {
  validate(options, "solver.");
  total_steps = std::accumulate(options.steps.begin(), options.steps.end(), std::int64_t{0});
}

std::string Ilo::describe() const {
  std::vector<std::string> steps;
  for (const int count : options_.steps) steps.push_back(std::to_string(count));
  return concat("ilo (", options_.chains, " restarts of ", join(steps, " + "), " steps, ",
                options_.constrained ? "l1 balls" : "unconstrained", ")");
}

SolverState Ilo::start(const Problem& problem, const RandomStreams& streams) const {
  SolverState state = start_chains(problem, options_.chains, streams);
  const auto layers = static_cast<int>(options_.steps.size()) - 1;
  if (layers > problem.generator->layers())
    throw ConfigError(concat("solver.steps must name at most ", problem.generator->layers() + 1,
                             " stages for ", problem.generator->describe(), ", but names ",
                             layers + 1));
  return state;
}

// x_k^0 = G1 of the previous stage's result; the balls are centred there.
void Ilo::enter_stage(SolverState& state, const Problem& problem, int layer) const {
  forget(state, "adam.");
  forget(state, "centre.");
  if (layer == 0) return;
  const torch::NoGradGuard no_grad;
  state.latent = problem.generator->advance(state.latent, layer).detached();
  for (const auto& [name, x] : state.latent.variables) state.tensors["centre." + name] = x;
}

LatentState Ilo::projected(const LatentState& v, const SolverState& state) const {
  return mapped(v, [&](const std::string& name, Tensor x) {
    const bool styles = name == "styles", features = name == "features";
    if (v.layer > 0) {
      double radius = styles ? options_.style_radius : options_.noise_radius;
      bool ball = radius > 0;
      if (features) {
        radius = of_stage(options_.radii, static_cast<std::size_t>(v.layer - 1));
        ball = options_.constrained;
      }
      if (ball)
        x = project_l1_ball(x, state.tensors.at("centre." + name),
                            radius * static_cast<double>(x[0].numel()));
    }
    if (styles && options_.project_styles) x = project_style_sphere(x);
    if (!styles && !features && options_.project_noises) x = project_noise_sphere(x);
    return x;
  });
}

StepReport Ilo::step(SolverState& state, const Problem& problem,
                     const RandomStreams& streams) const {
  std::size_t stage = 0;
  std::int64_t done = state.step;  // steps of this stage
  while (done >= options_.steps[stage]) done -= options_.steps[stage++];
  const int layer = static_cast<int>(stage);
  const double share = static_cast<double>(done) / options_.steps[stage];
  if (done == 0) enter_stage(state, problem, layer);

  LatentState at = state.latent;
  if (options_.noise_addition > 0) {
    const auto rows = children(row_streams(problem, state, streams), "addition",
                               static_cast<std::uint64_t>(state.step));
    Tensor& styles = at.at("styles");
    styles = styles + options_.noise_addition * (1 - share) * noise_like(styles, rows);
  }
  const DataTerm data = data_term(problem, at, row_measurements(problem, state),
                                  problem.likelihood_variance(), state);
  const LatentState moved =
      adam_step(state.latent, data.gradient, state.tensors, done + 1,
                of_stage(options_.learning_rates, stage) * cosine_tail(share));
  move_chains(state, projected(moved, state));

  ++state.step;
  if (finished(state)) keep_draw(state, problem);
  return {
      concat("layer ", layer), state.step, total_steps, {{"loss", healthy_mean(state, data.loss)}}};
}

}  // namespace sgilo
