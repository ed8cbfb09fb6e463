#include "sgilo/solvers/energy.h"

#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {

Tensor measurement_loss(const Problem& problem, const Tensor& image, const Tensor& target) {
  return 0.5 * (problem.forward_operator->apply(image) - target).flatten(1).square().sum(1);
}

DataTerm data_term(const Problem& problem, const LatentState& latent, const Tensor& target,
                   double variance, SolverState& state) {
  const torch::AutoGradMode with_gradients(true);
  const LatentState leaves = latent.requiring_gradients();
  const Tensor loss = measurement_loss(problem, problem.generator->decode(leaves), target);
  const Tensor energy = loss / variance;
  std::vector<Tensor> inputs;
  for (const auto& variable : leaves.variables) inputs.push_back(variable.second);
  const auto gradients =
      torch::autograd::grad({energy.sum()}, inputs, {}, false, false, /*allow_unused=*/true);
  state.counters["evaluations"] += static_cast<double>(loss.size(0));

  DataTerm out{loss.detach(), energy.detach(), leaves.detached()};
  Tensor finite = finite_rows(out.loss);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    Tensor& gradient = out.gradient.variables[i].second;
    gradient = gradients[i].defined() ? gradients[i] : torch::zeros_like(gradient);
    finite = finite & finite_rows(gradient);
  }
  mark_failures(state, finite, "the data term");
  for (auto& [name, gradient] : out.gradient.variables)
    gradient = where_rows(finite, gradient, torch::zeros_like(gradient));
  return out;
}

}  // namespace sgilo
