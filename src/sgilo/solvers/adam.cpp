#include "sgilo/solvers/adam.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sgilo {

LatentState adam_step(const LatentState& v, const LatentState& gradient, AdamState& moments,
                      std::int64_t step, double learning_rate, const AdamDecay& decay) {
  if (moments.first.variables.empty())
    moments.first = moments.second =
        mapped(v, [](const Variable& x) { return torch::zeros_like(x.value); });
  const double first_bias = 1 - std::pow(decay.first, static_cast<double>(step));
  const double second_bias = 1 - std::pow(decay.second, static_cast<double>(step));
  return mapped(v, [&](const Variable& x) {
    const Tensor& g = gradient.at(x.name);
    Tensor& m = moments.first.at(x.name);
    Tensor& s = moments.second.at(x.name);
    m = decay.first * m + (1 - decay.first) * g;
    s = decay.second * s + (1 - decay.second) * g.square();
    return x.value - learning_rate * (m / first_bias) / ((s / second_bias).sqrt() + decay.epsilon);
  });
}

namespace {

// 1 until the last `share` of the way, then a cosine down to 0.
double falling_over(double share, double done) {
  return 0.5 - 0.5 * std::cos(std::numbers::pi * std::min(1.0, (1 - done) / share));
}

}  // namespace

double cosine_tail(double done) { return falling_over(0.25, done); }

double released_ramp(double done) { return std::min(1.0, done / 0.05) * falling_over(0.75, done); }

}  // namespace sgilo
