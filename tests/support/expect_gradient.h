// The gradient of a scalar function against central differences, in double.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "sgilo/core/torch.h"

namespace sgilo {

// Compares every coordinate of a gradient at x (float64) with f's differences: an error of at most
// `tolerance` of the gradient's norm.
inline void expect_gradient(const std::function<Tensor(const Tensor&)>& f, const Tensor& x,
                            const Tensor& gradient, double tolerance) {
  const torch::NoGradGuard no_grad;
  constexpr double kStep = 1e-5;
  Tensor differences = torch::zeros_like(x);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const auto moved = [&](double by) {
      Tensor other = x.detach().clone();
      other.view(-1)[i] += by;
      return f(other).item<double>();
    };
    differences.view(-1)[i] = (moved(kStep) - moved(-kStep)) / (2 * kStep);
  }
  EXPECT_LE((gradient - differences).norm().item<double>(),
            tolerance * gradient.norm().item<double>());
}

// The same for the gradient that autograd finds.
inline void expect_gradient(const std::function<Tensor(const Tensor&)>& f, const Tensor& x,
                            double tolerance = 1e-6) {
  const Tensor leaf = x.detach().clone().requires_grad_(true);
  expect_gradient(f, x, torch::autograd::grad({f(leaf)}, {leaf})[0], tolerance);
}

}  // namespace sgilo
