#include "sgilo/theory/gradient_descent.h"

#include <limits>

namespace sgilo {
namespace {

ChainOptions without_noise(double step_size, int steps) {
  return {step_size, std::numeric_limits<double>::infinity(), steps};
}

}  // namespace

Tensor gradient_descent(const GradientField& gradient, const Tensor& start, double step_size,
                        int steps, const ChainVisitor& visit) {
  return run_chains(gradient, start, without_noise(step_size, steps), RandomStreams(0), visit);
}

Tensor gradient_descent_with_sign_flips(const LossField& loss, const GradientField& gradient,
                                        const Tensor& start, double step_size, int steps,
                                        const ChainVisitor& visit) {
  const auto step = [&](const Tensor& x, const RandomStreams&) {
    const Tensor nearer = torch::where((loss(-x) < loss(x)).unsqueeze(-1), -x, x);
    return nearer - step_size * gradient(nearer);
  };
  return iterate_chains(step, start, without_noise(step_size, steps), RandomStreams(0), visit);
}

}  // namespace sgilo
