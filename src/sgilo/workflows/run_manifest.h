// manifest.json of a run: what it ran on and with, and what came of it.
#pragma once

#include "sgilo/solvers/reconstruction.h"
#include "sgilo/workflows/solve.h"

namespace sgilo {

// Before the run begins; "status" is "running".
Json manifest_of(const Measurement& measurement, const std::string& measurement_hash,
                 const Model& model, const SolveOptions& options, const Problem& problem,
                 const Solver& solver);

// Enters counts, sizes, losses and failures.
void enter_results(Json& manifest, const Reconstruction& result, double seconds);

// Throws ConfigError when a run that is resumed began with another model or measurement.
void require_same_inputs(const RunFolder& folder, const Json& manifest);

}  // namespace sgilo
