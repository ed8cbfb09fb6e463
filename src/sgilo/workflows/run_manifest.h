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

// Throws FormatError unless a finished run's manifest has what is told of a run.
void require_results(const std::filesystem::path& file, const Json& manifest);

// What a run is, as a hash: its measurement, model, seed, options and groups of rows, which its draws
// depend on; `config` without what may change. States and draws carry it.
std::string run_identity(const Json& config, const std::vector<std::string>& free,
                         const Json& manifest);

// What a resumed run began with must be what it goes on with. Throws ConfigError for another model or
// measurement and where max_memory groups the rows otherwise; FormatError when configuration and
// manifest of the folder contradict each other, or an earlier version wrote them.
void require_same_run(const RunFolder& folder, const Json& manifest, const SolveOptions& options);

}  // namespace sgilo
