// Two chains that consume the same noise, x with the step eta and y with the step eta / K, whose K
// increments add up to x's: the distance of the pair bounds the Wasserstein distance of their laws
// from above (SGILO B.19, B.20). With y from the stationary law and a large K it bounds the
// distance of x's law to it, up to the bias of y, a K-th of x's own.
// With K = 1 it shows how the step contracts.
#pragma once

#include "sgilo/theory/chains.h"

namespace sgilo {

struct CouplingOptions {
  double step_size = 0.1;            // eta, of x
  double inverse_temperature = 2e3;  // beta
  int steps = 100;                   // of x
  int substeps = 16;                 // K: steps of y in each of x's
};

// Sees the pairs of one group before the first step (step 0) and after each of x's; returns whether
// the group goes on. Called from several threads, each with rows of its own.
using CouplingVisitor =
    std::function<bool(int step, std::int64_t first_row, const Tensor& x, const Tensor& y)>;

// x, y [chains, n] of one type: where the pairs start. Throws ConfigError for options that are not
// positive and pairs of different shapes, NumericError when a chain leaves the finite numbers.
void run_coupled_chains(const GradientField& gradient, const Tensor& x, const Tensor& y,
                        const CouplingOptions& options, const RandomStreams& streams,
                        const CouplingVisitor& visit);

// |x - y| of each pair after every `stride` steps, 0 among them:
// [1 + steps / stride, chains] float64.
Tensor coupled_distances(const GradientField& gradient, const Tensor& x, const Tensor& y,
                         const CouplingOptions& options, const RandomStreams& streams,
                         int stride = 1);

// For H = |x|^2 / 2, where all is linear: the stationary root mean square of |x - y|, in units of
// sqrt(n / beta). Tends to sqrt(5 / 24) eta for small eta and many substeps. Steps below 2.
double quadratic_coupling_distance(double step_size, int substeps);

// The same model's W2 between the chain's stationary law and mu, in the same units:
// (1 - eta / 2)^{-1/2} - 1, about eta / 4.
double quadratic_stationary_bias(double step_size);

}  // namespace sgilo
