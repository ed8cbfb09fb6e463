#include "sgilo/solvers/csgm.h"

#include "sgilo/solvers/adam.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/energy.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

bool has_rows(const Tensor& styles) { return styles.dim() == 3; }  // [N, rows, d], not [N, d]

}  // namespace

Csgm::Csgm(const CsgmOptions& options) : options_(options) {
  validate(options, "solver.");
  total_steps = options.evaluations;
}

std::string Csgm::describe() const {
  return concat("csgm (", options_.chains, " restarts of ", options_.evaluations, " Adam steps)");
}

SolverState Csgm::start(const Problem& problem, const RandomStreams& streams) const {
  SolverState state = start_chains(problem, options_.chains, streams);
  Tensor& styles = state.latent.at("styles");
  if (has_rows(styles)) styles = styles.select(1, 0).unsqueeze(1).expand_as(styles).clone();
  return state;
}

StepReport Csgm::step(SolverState& state, const Problem& problem, const RandomStreams&) const {
  const DataTerm data = data_term(problem, state.latent, row_measurements(problem, state),
                                  problem.likelihood_variance(), state);
  Tensor gradient = data.gradient.at("styles");  // of one code: the sum over its copies
  if (has_rows(gradient)) gradient = gradient.sum(1, /*keepdim=*/true).expand_as(gradient);

  const double done = static_cast<double>(state.step) / static_cast<double>(total_steps);
  const LatentState code{0, {{"styles", state.latent.at("styles")}}};
  const LatentState moved = adam_step(code, {0, {{"styles", gradient}}}, state.tensors,
                                      state.step + 1, options_.learning_rate * cosine_tail(done));
  LatentState proposed = state.latent;
  proposed.at("styles") = moved.at("styles");
  move_chains(state, proposed);

  ++state.step;
  if (finished(state)) keep_draw(state, problem);
  return {"layer 0", state.step, total_steps, {{"loss", healthy_mean(state, data.loss)}}};
}

}  // namespace sgilo
