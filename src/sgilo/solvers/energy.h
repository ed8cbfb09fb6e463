// The data term of equation 1, row by row: U_data(v) = ||A(G(v)) - y||^2 / (2 variance), with
// variance = sigma^2 + model_error^2.
#pragma once

#include "sgilo/solvers/solver.h"

namespace sgilo {

// 0.5 ||A(x) - y||^2 of each row: image [rows, C, H, W], target [rows, ...] -> [rows].
Tensor measurement_loss(const Problem& problem, const Tensor& image, const Tensor& target);

struct DataTerm {
  Tensor loss;           // [rows]: 0.5 ||A(G(v)) - y||^2
  Tensor energy;         // [rows]: loss / variance
  LatentState gradient;  // of the energy in every variable
};

// One evaluation (a forward and a backward pass) of every row; the sum over rows is what is
// differentiated, so that rows do not know of each other. Counts "evaluations" (rows). A row whose
// loss or gradient is not finite fails and has gradient 0.
DataTerm data_term(const Problem& problem, const LatentState& latent, const Tensor& target,
                   double variance, SolverState& state);

}  // namespace sgilo
