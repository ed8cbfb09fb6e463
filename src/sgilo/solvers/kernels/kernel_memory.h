// What transition kernels remember of a posterior from round to round; forgotten where another one
// begins. A kernel with a memory of its own adds a small struct here.
#pragma once

#include "sgilo/solvers/lbfgs.h"
#include "sgilo/solvers/preconditioner.h"

namespace sgilo {

struct KernelMemory {
  PreconditionerState preconditioner;
  LbfgsState lbfgs;
  static constexpr auto fields() {
    using M = KernelMemory;
    return std::tuple{
        field("preconditioner", &M::preconditioner, "metric and step of Langevin kernels"),
        field("lbfgs", &M::lbfgs, "first step of the inner minimisation")};
  }
};

}  // namespace sgilo
