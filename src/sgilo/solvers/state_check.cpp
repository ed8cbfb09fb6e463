#include "sgilo/solvers/state_check.h"

#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

void require_step(const SolverState& state, const Solver& solver) {
  if (state.step < 0 || state.step > solver.total_steps())
    throw FormatError(
        concat("step must be from 0 to ", solver.total_steps(), ", but is ", state.step));
  if (state.counts.evaluations < 0 || state.counts.score_evaluations < 0 ||
      state.counts.decodes < 0)
    throw FormatError("counts must be at least 0");
}

// The variables of a stage, of one row.
LatentState stage_of(const SolverState& start, const Problem& problem, int layer) {
  const torch::NoGradGuard no_grad;
  const LatentState one = start.latent.select_rows(torch::zeros({1}, torch::kInt64));
  return layer == one.layer ? one : problem.generator->advance(one, layer);
}

void require_like(const Variable& x, const Variable& expected, std::int64_t rows) {
  if (x.name != expected.name || x.role != expected.role)
    throw FormatError(concat("variable '", x.name, "' must be '", expected.name, "'"));
  Shape shape = expected.value.sizes().vec();
  shape[0] = rows;
  require_shape(concat("variable '", x.name, "'"), x.value, shape);
  if (x.value.scalar_type() != expected.value.scalar_type())
    throw FormatError(concat("variable '", x.name, "' must be of type ",
                             toString(expected.value.scalar_type()), ", but is of ",
                             toString(x.value.scalar_type())));
  require_finite(concat("variable '", x.name, "'"), x.value);
}

void require_variables(const SolverState& state, const SolverState& start, const Problem& problem) {
  const LatentState& latent = state.latent;
  if (latent.layer < 0 || latent.layer > problem.generator->layers())
    throw FormatError(
        concat("layer must be from 0 to ", problem.generator->layers(), ", but is ", latent.layer));
  const LatentState expected = stage_of(start, problem, latent.layer);
  if (latent.variables.size() != expected.variables.size())
    throw FormatError(concat("layer ", latent.layer, " has ", expected.variables.size(),
                             " variables, but the state has ", latent.variables.size()));
  for (std::size_t i = 0; i < latent.variables.size(); ++i)
    require_like(latent.variables[i], expected.variables[i], state.count());
}

void require_draws(const SolverState& state, const Solver& solver, const Problem& problem,
                   std::int64_t kept) {
  const Draws& draws = state.draws;
  const std::int64_t found =
      draws.images.defined() && draws.images.dim() > 1 ? draws.images.size(1) : 0;
  if (found > kept || (solver.finished(state) && found != kept))
    throw FormatError(concat("a finished state keeps ", kept, " draws, but this one at step ",
                             state.step, " of ", solver.total_steps(), " has ", found));
  if (!draws.images.defined()) return;
  Shape shape{state.count(), found};
  for (const auto& [name, numbers] :
       {std::pair("losses", draws.losses), {"energies", draws.energies}})
    if (!numbers.defined() || numbers.sizes() != torch::IntArrayRef(shape))
      throw FormatError(concat(name, " of the draws must have shape ", shape_text(shape)));
  const Shape image = problem.generator->image_shape();
  shape.insert(shape.end(), image.begin(), image.end());
  require_shape("draws", draws.images, shape);
}

}  // namespace

void require_state_of(const SolverState& state, const SolverState& start, const Solver& solver,
                      const Problem& problem, std::int64_t kept) {
  require_step(state, solver);
  require_variables(state, start, problem);
  require_draws(state, solver, problem, kept);
}

}  // namespace sgilo
