// The data term of equation 1, row by row: U_data(v) = -log p(y | A(G(v))), of a likelihood.
#pragma once

#include "sgilo/solvers/solver.h"

namespace sgilo {

struct DataTerm {
  Tensor loss;           // [rows]: 0.5 ||A(G(v)) - y||^2
  Tensor energy;         // [rows]
  LatentState gradient;  // of the energy in every variable
};

// One evaluation (a forward and a backward pass) of every row of the state at `latent`, against
// `measured` [rows, ...]; the sum over rows is what is differentiated, so that rows do not know of each
// other. A row whose energy or gradient is not finite fails and has gradient 0.
DataTerm data_term(const Problem& problem, const Likelihood& likelihood, const LatentState& latent,
                   const Tensor& measured, SolverState& state);

}  // namespace sgilo
