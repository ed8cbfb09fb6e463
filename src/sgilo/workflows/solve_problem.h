// What a solve is made of before anything is computed or written: its measurements, its problem under a
// model, its rows, and the options that repeat it.
#pragma once

#include "sgilo/workflows/solve.h"

namespace sgilo {

// The measurement's file, or those of a folder of them, sorted. Throws ConfigError, FormatError.
std::vector<std::filesystem::path> measurement_files(const SolveOptions& options);

// The problem of a measurement under a model; it refers to both. Throws ConfigError when their images
// differ in size.
Problem make_problem(const Measurement& measurement, const Model& model, double model_error,
                     torch::Device device);
// The same with what the options say of model error, memory and coarse steps.
Problem make_problem(const Measurement& measurement, const Model& model,
                     const SolveOptions& options);

std::vector<RowKey> rows_of(const Measurement& measurement, const SolveOptions& options);
std::int64_t rows_per_state(const Measurement& measurement, const SolveOptions& options);
RandomStreams streams_of(const SolveOptions& options);

// MiB that a run takes with `rows` of `images` images evaluated at once: from the model and the options
// alone, so that a limit groups rows alike wherever and whenever it is run.
double estimated_mib(const Model& model, const SolveOptions& options, std::int64_t images,
                     double rows);

// Throws, with the file's name, where solving what it holds would.
void require_solvable(const std::filesystem::path& file, const Measurement& measurement,
                      const Model& model, const SolveOptions& options);

// The options as config.json keeps them: they repeat the run from any working folder.
Json repeatable(SolveOptions options, const Model& model);

}  // namespace sgilo
