// A diagonal metric for Langevin steps from the data term's own gradients g:
//   P_i = 1 / (prior precision + E[g_i^2]),
// as E[g g^T] is the Fisher information of the data where the fit is good. What is remembered is
// variance * g^2, which does not change with the likelihood's variance. One per row, so that chains
// stay independent; adapted in warm-up, then frozen, as the chain is Markov only then.
#pragma once

#include "sgilo/solvers/solver.h"

namespace sgilo {

// Takes the gradient at this variance into the running mean "preconditioner.<name>".
void adapt_preconditioner(SolverState& state, const LatentState& gradient, double variance);

// P of one variable, of its shape; 1 / precision before any gradient was seen.
Tensor preconditioner(const SolverState& state, const std::string& name, double prior_precision,
                      double variance);

// The largest step of the data term's gradient flow dv = -P grad U_data dt that is stable on each
// row, [rows]: half the smallest curvature radius ||P^{-1/2} dx|| / ||P^{1/2} dg|| between
// consecutive calls (kept while `adapting`), at most `largest`; a short one at the first call. x,
// g, metric: [rows, d]. An unstable step makes the stiff direction dominate dx and so corrects
// itself.
Tensor stable_step(SolverState& state, const Tensor& x, const Tensor& g, const Tensor& metric,
                   double variance, double largest, bool adapting);

}  // namespace sgilo
