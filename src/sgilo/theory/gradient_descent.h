// What the paper compares Langevin dynamics with (SGILO section 3): gradient descent, and gradient
// descent with sign flips (Hand and Voroninski 2018; Huang et al. 2021), which before each step
// takes -x where the loss is lower there, and so jumps out of the saddle behind x*.
#pragma once

#include "sgilo/theory/chains.h"

namespace sgilo {

// H of each row: [chains, n] -> [chains].
using LossField = std::function<Tensor(const Tensor& x)>;

// start [chains, n] -> where the runs end. Throws ConfigError for a step size that is not positive,
// NumericError when a run leaves the finite numbers.
Tensor gradient_descent(const GradientField& gradient, const Tensor& start, double step_size,
                        int steps, const ChainVisitor& visit = {});
Tensor gradient_descent_with_sign_flips(const LossField& loss, const GradientField& gradient,
                                        const Tensor& start, double step_size, int steps,
                                        const ChainVisitor& visit = {});

}  // namespace sgilo
