// A diagonal metric for Langevin steps from the data term's own gradients g:
//   P_i = 1 / (prior precision + E[g_i^2]),
// as E[g g^T] is the Fisher information of the data where the fit is good. What is remembered is
// scale * g^2, which does not change with the likelihood's temperature (Likelihood::scale). One per
// row, so that chains stay independent; adapted in warm-up, then frozen, as the chain is Markov only
// then.
#pragma once

#include "sgilo/generator/latent_state.h"

namespace sgilo {

struct PreconditionerState {
  LatentState mean_square;  // running mean of scale * g^2
  std::int64_t seen = 0;    // gradients in it
  Tensor before_x;          // [rows, d] at the last call of stable_step
  Tensor before_g;          // [rows, d], times the scale
  Tensor radius;            // [rows]: smallest curvature radius met
  std::int64_t radii = 0;   // measured for it
  static constexpr auto fields() {
    using S = PreconditionerState;
    return std::tuple{field("mean_square", &S::mean_square, "running mean of scale g^2"),
                      field("seen", &S::seen, "gradients in it"),
                      field("before_x", &S::before_x, "variables before"),
                      field("before_g", &S::before_g, "gradient before, times the scale"),
                      field("radius", &S::radius, "smallest curvature radius"),
                      field("radii", &S::radii, "measured for it")};
  }
};

// Takes the gradient of a data term of this scale into the running mean.
void adapt_preconditioner(PreconditionerState& state, const LatentState& gradient, double scale);

// P of one variable, of its shape; 1 / precision before any gradient was seen.
Tensor preconditioner(const PreconditionerState& state, const Variable& variable,
                      double prior_precision, double scale);

// The largest step of the data term's gradient flow dv = -P grad U_data dt that is stable on each
// row, [rows]: half the smallest curvature radius ||P^{-1/2} dx|| / ||P^{1/2} dg|| between
// consecutive calls (kept while `adapting`), at most `largest`; a short one at the first call. x,
// g, metric: [rows, d]. An unstable step makes the stiff direction dominate dx and so corrects
// itself.
Tensor stable_step(PreconditionerState& state, const Tensor& x, const Tensor& g,
                   const Tensor& metric, double scale, double largest, bool adapting);

}  // namespace sgilo
