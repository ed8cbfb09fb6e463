#include "sgilo/solvers/lbfgs.h"

#include <cmath>
#include <vector>

#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

struct Pair {
  Tensor s, y;  // [rows, d]: change of x, change of the gradient
  Tensor rho;   // [rows, 1]: 1 / (s.y), 0 where the curvature is not positive
};

// The two-loop recursion: inverse Hessian times gradient.
Tensor newton_direction(const Tensor& gradient, const std::vector<Pair>& pairs,
                        const Tensor& scale) {
  Tensor q = gradient;
  std::vector<Tensor> alphas(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    alphas[i] = pairs[i].rho * row_dot(pairs[i].s, q).unsqueeze(1);
    q = q - alphas[i] * pairs[i].y;
  }
  q = q * scale;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Tensor beta = pairs[i].rho * row_dot(pairs[i].y, q).unsqueeze(1);
    q = q + (alphas[i] - beta) * pairs[i].s;
  }
  return q;
}

}  // namespace

Minimum minimise_lbfgs(const std::function<EnergyAndGradient(const Tensor& x)>& f, Tensor x,
                       const Tensor& first_step, double probe, std::int64_t evaluations) {
  EnergyAndGradient at = f(x);
  const double length = probe * std::sqrt(static_cast<double>(x.size(1)));
  const Tensor slope = row_dot(at.gradient, at.gradient).sqrt().clamp_min(1e-30);
  const Tensor start = torch::where(first_step > 0, first_step, length / slope);
  std::vector<Pair> pairs;
  Tensor scale = start.unsqueeze(1), smallest = torch::full_like(scale, 1e30);
  for (std::int64_t i = 1; i < evaluations; ++i) {
    const Tensor moved = x - newton_direction(at.gradient, pairs, scale);
    const EnergyAndGradient then = f(moved);
    const Tensor s = moved - x, y = then.gradient - at.gradient;
    const Tensor sy = row_dot(s, y).unsqueeze(1), yy = row_dot(y, y).unsqueeze(1);
    const Tensor convex = sy > 1e-10 * row_dot(s, s).unsqueeze(1);
    const Tensor gamma = torch::where(convex, sy / yy, scale);
    pairs.push_back({s, y, torch::where(convex, 1 / sy, torch::zeros_like(sy))});
    scale = gamma;
    smallest = torch::where(convex, torch::minimum(smallest, gamma), smallest);
    const Tensor lower = then.energy <= at.energy;
    x = where_rows(lower, moved, x);
    at = {torch::where(lower, then.energy, at.energy),
          where_rows(lower, then.gradient, at.gradient)};
  }
  return {x, torch::where(smallest < 1e30, smallest, start.unsqueeze(1)).squeeze(1)};
}

}  // namespace sgilo
