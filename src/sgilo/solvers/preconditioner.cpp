#include "sgilo/solvers/preconditioner.h"

#include <cmath>

namespace sgilo {
namespace {

constexpr double kDecay = 0.9;
constexpr const char* kSeen = "preconditioner.seen";

}  // namespace

void adapt_preconditioner(SolverState& state, const LatentState& gradient, double variance) {
  state.counters[kSeen] += 1;
  for (const auto& [name, g] : gradient.variables) {
    Tensor& mean_square = state.tensors["preconditioner." + name];
    if (!mean_square.defined()) mean_square = torch::zeros_like(g);
    mean_square = kDecay * mean_square + (1 - kDecay) * variance * g.square();
  }
}

Tensor preconditioner(const SolverState& state, const std::string& name, double prior_precision,
                      double variance) {
  const auto found = state.tensors.find("preconditioner." + name);
  if (found == state.tensors.end())
    return torch::full_like(state.latent.at(name), 1 / prior_precision);
  const double weight = 1 - std::pow(kDecay, state.counters.at(kSeen));
  return 1 / (prior_precision + found->second / (weight * variance));
}

}  // namespace sgilo
