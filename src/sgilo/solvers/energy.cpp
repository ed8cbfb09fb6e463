#include "sgilo/solvers/energy.h"

#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

DataTerm evaluate(const Problem& problem, const Likelihood& likelihood, const LatentState& latent,
                  const Tensor& measured) {
  const torch::AutoGradMode with_gradients(true);
  const LatentState leaves = latent.requiring_gradients();
  const Tensor prediction = problem.forward_operator->apply(problem.generator->decode(leaves));
  const Tensor energy = likelihood.energy(prediction, measured);
  std::vector<Tensor> inputs;
  for (const Variable& x : leaves.variables) inputs.push_back(x.value);
  const auto gradients =
      torch::autograd::grad({energy.sum()}, inputs, {}, false, false, /*allow_unused=*/true);
  DataTerm out{half_squared_residual(prediction.detach(), measured), energy.detach(),
               leaves.detached()};
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    Tensor& gradient = out.gradient.variables[i].value;
    gradient = gradients[i].defined() ? gradients[i] : torch::zeros_like(gradient);
  }
  return out;
}

// Counts the rows, and gives up those that are not finite.
DataTerm checked(DataTerm data, SolverState& state) {
  state.counts.evaluations += data.loss.size(0);
  Tensor finite = finite_rows(data.loss) & finite_rows(data.energy);
  for (const Variable& g : data.gradient.variables) finite = finite & finite_rows(g.value);
  mark_failures(state, finite, "the data term");
  for (Variable& g : data.gradient.variables)
    g.value = where_rows(finite, g.value, torch::zeros_like(g.value));
  return data;
}

}  // namespace

DataTerm data_term(const Problem& problem, const Likelihood& likelihood, const LatentState& latent,
                   const Tensor& measured, SolverState& state) {
  const std::vector<Tensor> groups = row_groups(problem, latent.rows());
  if (groups.size() == 1) return checked(evaluate(problem, likelihood, latent, measured), state);
  std::vector<Tensor> losses, energies;
  std::vector<LatentState> gradients;
  for (const Tensor& rows : groups) {
    DataTerm part = evaluate(problem, likelihood, latent.select_rows(rows),
                             measured.index_select(0, rows.to(measured.device())));
    losses.push_back(part.loss);
    energies.push_back(part.energy);
    gradients.push_back(part.gradient);
  }
  return checked({torch::cat(losses), torch::cat(energies), LatentState::concatenated(gradients)},
                 state);
}

}  // namespace sgilo
