#include "sgilo/solvers/preconditioner.h"

#include <cmath>

#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

constexpr double kDecay = 0.9;
constexpr const char* kSeen = "preconditioner.seen";
constexpr double kFirstMove = 0.05;  // root mean square, in units of the metric
constexpr double kTiny = 1e-30;

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

Tensor stable_step(SolverState& state, const Tensor& x, const Tensor& g, const Tensor& metric,
                   double variance, double largest, bool adapting) {
  Tensor& before_x = state.tensors["preconditioner.before_x"];
  Tensor& before_g = state.tensors["preconditioner.before_g"];  // times the variance
  Tensor& radius = state.tensors["preconditioner.radius"];
  const Tensor scaled = g * variance;
  if (!radius.defined()) {
    const Tensor slope = row_dot(g, metric * g).sqrt().clamp_min(kTiny);
    radius = 2 * kFirstMove * std::sqrt(static_cast<double>(x.size(1))) / slope;
  } else if (adapting) {
    const Tensor dx = x - before_x, dg = (scaled - before_g) / variance;
    const Tensor here =
        (row_dot(dx, dx / metric) / row_dot(dg, metric * dg).clamp_min(kTiny)).sqrt();
    const bool first = state.counters["preconditioner.radii"]++ == 0;
    radius = first ? here : torch::minimum(radius, here);
  }
  before_x = x;
  before_g = scaled;
  return (0.5 * radius).clamp_max(largest);
}

}  // namespace sgilo
