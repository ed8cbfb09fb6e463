#include "sgilo/solvers/preconditioner.h"

#include <cmath>

#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

constexpr double kDecay = 0.9;
constexpr double kFirstMove = 0.05;  // root mean square, in units of the metric
constexpr double kTiny = 1e-30;

}  // namespace

void adapt_preconditioner(PreconditionerState& state, const LatentState& gradient, double scale) {
  ++state.seen;
  if (state.mean_square.variables.empty())
    state.mean_square =
        mapped(gradient, [](const Variable& g) { return torch::zeros_like(g.value); });
  for (Variable& mean : state.mean_square.variables)
    mean.value = kDecay * mean.value + (1 - kDecay) * scale * gradient.at(mean.name).square();
}

Tensor preconditioner(const PreconditionerState& state, const Variable& variable,
                      double prior_precision, double scale) {
  if (state.seen == 0) return torch::full_like(variable.value, 1 / prior_precision);
  const double weight = 1 - std::pow(kDecay, static_cast<double>(state.seen));
  return 1 / (prior_precision + state.mean_square.at(variable.name) / (weight * scale));
}

Tensor stable_step(PreconditionerState& state, const Tensor& x, const Tensor& g,
                   const Tensor& metric, double scale, double largest, bool adapting) {
  const Tensor scaled = g * scale;
  if (!state.radius.defined()) {
    const Tensor slope = row_dot(g, metric * g).sqrt().clamp_min(kTiny);
    state.radius = 2 * kFirstMove * std::sqrt(static_cast<double>(x.size(1))) / slope;
  } else if (adapting) {
    const Tensor dx = x - state.before_x, dg = (scaled - state.before_g) / scale;
    const Tensor here =
        (row_dot(dx, dx / metric) / row_dot(dg, metric * dg).clamp_min(kTiny)).sqrt();
    const bool first = state.radii++ == 0;
    state.radius = first ? here : torch::minimum(state.radius, here);
  }
  state.before_x = x;
  state.before_g = scaled;
  return (0.5 * state.radius).clamp_max(largest);
}

}  // namespace sgilo
