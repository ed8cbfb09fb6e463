#include "sgilo/solvers/csgm.h"

#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/energy.h"

namespace sgilo {
namespace {

bool has_rows(const Tensor& code) { return code.dim() == 3; }  // [N, rows, d], not [N, d]

}  // namespace

Csgm::Csgm(const CsgmOptions& options) : options_(options) { validate(options, "solver."); }

std::string Csgm::describe() const {
  return concat("csgm (", options_.chains, " restarts of ", options_.evaluations, " Adam steps)");
}

SolverState Csgm::start(const Problem& problem, const std::vector<RowKey>& rows,
                        const RandomStreams& streams) const {
  SolverState state = start_chains(problem, rows, streams);
  Tensor& code = state.latent.at(Role::code);
  if (has_rows(code)) code = code.select(1, 0).unsqueeze(1).expand_as(code).clone();
  return state;
}

StepReport Csgm::step(SolverState& state, const Problem& problem, const RandomStreams&) const {
  const DataTerm data =
      data_term(problem, problem.likelihood, state.latent, row_measurements(problem, state), state);
  Tensor gradient = data.gradient.at(Role::code);  // of one code: the sum over its copies
  if (has_rows(gradient)) gradient = gradient.sum(1, /*keepdim=*/true).expand_as(gradient);

  const double done = static_cast<double>(state.step) / static_cast<double>(total_steps());
  const auto of_code = [](const Tensor& x) { return LatentState{0, {{"code", Role::code, x}}}; };
  LatentState proposed = state.latent;
  proposed.at(Role::code) =
      adam_step(of_code(state.latent.at(Role::code)), of_code(gradient), state.adam, state.step + 1,
                options_.learning_rate * cosine_tail(done))
          .at(Role::code);
  move_chains(state, proposed);

  ++state.step;
  if (finished(state)) keep_draw(state, problem);
  return {.stage = "layer 0",
          .step = state.step,
          .steps = total_steps(),
          .values = {{"loss", healthy_mean(state, data.loss)}}};
}

}  // namespace sgilo
