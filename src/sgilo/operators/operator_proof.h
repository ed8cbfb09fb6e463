// What every operator must be, each measured: the adjoint, the gradient, the batch and the file are
// right. `sgilo optest` prints these checks, and a new operator's test asserts them.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/random_streams.h"
#include "sgilo/operators/forward_operator.h"

namespace sgilo {

struct ProofCheck {
  std::string name;         // "adjoint"
  std::string description;  // one line
  double error = 0;         // relative, as `description` says; NaN never passes
  double tolerance = 0;
  bool passed() const { return error <= tolerance; }
};

// Random images and measurements come from `streams`; all in float64 unless said otherwise, on
// `device`.
ProofCheck check_adjoint(const ForwardOperator&, const RandomStreams& streams,
                         torch::Device device = torch::kCPU);
ProofCheck check_gradient(const ForwardOperator&, const RandomStreams& streams,
                          torch::Device device = torch::kCPU);
ProofCheck check_linearity(const ForwardOperator&, const RandomStreams& streams,
                           torch::Device device = torch::kCPU);
ProofCheck check_batch(const ForwardOperator&, const RandomStreams& streams,
                       torch::Device device = torch::kCPU);
ProofCheck check_precision(const ForwardOperator&, const RandomStreams& streams,
                           torch::Device device = torch::kCPU);
ProofCheck check_determinism(const ForwardOperator&, const RandomStreams& streams,
                             torch::Device device = torch::kCPU);
ProofCheck check_restoring(const ForwardOperator&, const RandomStreams& streams,
                           torch::Device device = torch::kCPU);

// All of them; adjoint and linearity are left out for operators that are not linear.
std::vector<ProofCheck> prove_operator(const ForwardOperator&, const RandomStreams& streams,
                                       torch::Device device = torch::kCPU);

}  // namespace sgilo
