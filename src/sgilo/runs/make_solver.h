// The family of solvers: one variant of plain options, one function that builds.
#pragma once

#include <memory>
#include <variant>

#include "sgilo/released/released_sgilo.h"
#include "sgilo/solvers/csgm.h"
#include "sgilo/solvers/ilo.h"
#include "sgilo/solvers/sgilo.h"

namespace sgilo {

using SolverOptions = std::variant<CsgmOptions, IloOptions, SgiloOptions, ReleasedSgiloOptions>;

// Throws ConfigError when an option is out of its range.
std::unique_ptr<Solver> make_solver(const SolverOptions& options);

std::int64_t chains_of(const SolverOptions& options);       // per image
std::int64_t evaluations_of(const SolverOptions& options);  // of each chain
std::int64_t kept_of(const SolverOptions& options);  // draws of each chain; throws ConfigError

}  // namespace sgilo
