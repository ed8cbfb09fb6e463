#include "sgilo/solvers/energy.h"

#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {

Tensor measurement_loss(const Problem& problem, const Tensor& image, const Tensor& target) {
  return 0.5 * (problem.forward_operator->apply(image) - target).flatten(1).square().sum(1);
}

namespace {

DataTerm evaluate(const Problem& problem, const LatentState& latent, const Tensor& target,
                  double variance) {
  const torch::AutoGradMode with_gradients(true);
  const LatentState leaves = latent.requiring_gradients();
  const Tensor loss = measurement_loss(problem, problem.generator->decode(leaves), target);
  const Tensor energy = loss / variance;
  std::vector<Tensor> inputs;
  for (const auto& variable : leaves.variables) inputs.push_back(variable.second);
  const auto gradients =
      torch::autograd::grad({energy.sum()}, inputs, {}, false, false, /*allow_unused=*/true);
  DataTerm out{loss.detach(), energy.detach(), leaves.detached()};
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    Tensor& gradient = out.gradient.variables[i].second;
    gradient = gradients[i].defined() ? gradients[i] : torch::zeros_like(gradient);
  }
  return out;
}

// Counts the rows, and gives up those that are not finite.
DataTerm checked(DataTerm data, SolverState& state) {
  state.counters["evaluations"] += static_cast<double>(data.loss.size(0));
  Tensor finite = finite_rows(data.loss);
  for (const auto& variable : data.gradient.variables)
    finite = finite & finite_rows(variable.second);
  mark_failures(state, finite, "the data term");
  for (auto& [name, gradient] : data.gradient.variables)
    gradient = where_rows(finite, gradient, torch::zeros_like(gradient));
  return data;
}

}  // namespace

DataTerm data_term(const Problem& problem, const LatentState& latent, const Tensor& target,
                   double variance, SolverState& state) {
  std::vector<Tensor> losses, energies;
  std::vector<LatentState> gradients;
  const std::vector<Tensor> groups = row_groups(problem, latent.rows());
  if (groups.size() == 1) return checked(evaluate(problem, latent, target, variance), state);
  for (const Tensor& rows : groups) {
    DataTerm part = evaluate(problem, latent.select_rows(rows),
                             target.index_select(0, rows.to(target.device())), variance);
    losses.push_back(part.loss);
    energies.push_back(part.energy);
    gradients.push_back(part.gradient);
  }
  return checked({torch::cat(losses), torch::cat(energies), LatentState::concatenated(gradients)},
                 state);
}

}  // namespace sgilo
