#include "sgilo/solvers/adam.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sgilo/solvers/variables.h"

namespace sgilo {

LatentState adam_step(const LatentState& v, const LatentState& gradient, StateDict& moments,
                      std::int64_t step, double learning_rate, const AdamMoments& decay) {
  const double first_bias = 1 - std::pow(decay.first, static_cast<double>(step));
  const double second_bias = 1 - std::pow(decay.second, static_cast<double>(step));
  return mapped(v, [&](const std::string& name, const Tensor& x) {
    const Tensor& g = gradient.at(name);
    Tensor& m = moments["adam.first." + name];
    Tensor& s = moments["adam.second." + name];
    m = decay.first * (m.defined() ? m : torch::zeros_like(x)) + (1 - decay.first) * g;
    s = decay.second * (s.defined() ? s : torch::zeros_like(x)) + (1 - decay.second) * g.square();
    return x - learning_rate * (m / first_bias) / ((s / second_bias).sqrt() + decay.epsilon);
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
