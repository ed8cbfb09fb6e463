// Whether a saved state can be one of a run: what it holds is counted and measured before a solver goes
// on with it.
#pragma once

#include "sgilo/solvers/solver.h"

namespace sgilo {

// Throws FormatError for a state of `start`'s rows that this solver cannot have left: a step outside its
// steps, variables of other names, roles or shapes than those of its stage, numbers that are not
// finite, counts below 0, draws of another shape, or another number of them than `kept` at the end.
void require_state_of(const SolverState& state, const SolverState& start, const Solver& solver,
                      const Problem& problem, std::int64_t kept);

}  // namespace sgilo
