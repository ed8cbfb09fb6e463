// An inverse problem as solvers see it: measurements y of A(G(v)) with priors on the variables v.
// Solvers never see a reference image.
#pragma once

#include <memory>

#include "sgilo/core/torch.h"
#include "sgilo/generator/generator.h"
#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/likelihood.h"
#include "sgilo/solvers/priors.h"

namespace sgilo {

// Refers to generator and operator, which must outlive it.
struct Problem {
  const Generator* generator;
  const ForwardOperator* forward_operator;
  Tensor measurements;    // [images, ...]: one row per image
  Likelihood likelihood;  // of a row of them
  Priors priors{};        // those that the solver needs; CSGM and ILO need none

  // Rows that the generator evaluates together, so that memory stays bounded; 0: all.
  std::int64_t rows_at_once = 0;

  // A cheaper stand-in for the generator in early steps, of the same variables; may be empty.
  std::shared_ptr<const Generator> coarse{};
};

}  // namespace sgilo
