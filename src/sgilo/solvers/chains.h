// What all solvers keep about their chains: rows and their random streams, failures, kept draws. All
// randomness of a row is keyed by its image, chain, step and variable.
#pragma once

#include <string_view>
#include <vector>

#include "sgilo/solvers/solver.h"

namespace sgilo {

// Chains at draws of the generator's inputs (stage 0). Throws ConfigError when the problem is
// incomplete, its measurements do not fit its operator, or a row names an image that it lacks.
SolverState start_chains(const Problem& problem, const std::vector<RowKey>& rows,
                         const RandomStreams& streams);

// streams.child("image", image).child("chain", chain) of every row.
std::vector<RandomStreams> row_streams(const SolverState& state, const RandomStreams& streams);

// The measurement of each row: [rows, ...].
Tensor row_measurements(const Problem& problem, const SolverState& state);

Tensor healthy_rows(const std::vector<std::string>& failures);  // bool [rows]

// Gives up the rows where `finite` (bool [rows]) does not hold: "image 1, chain 3: <what> is not
// finite at step 17".
void mark_failures(SolverState& state, const Tensor& finite, std::string_view what);

// Ends a step: healthy rows move to `proposed`; rows that left the finite numbers fail and stay.
void move_chains(SolverState& state, const LatentState& proposed);

// Numbers of the rows that the generator evaluates together, int64.
std::vector<Tensor> row_groups(const Problem& problem, std::int64_t rows);

// Decodes the current variables, without gradients, and keeps the images as a draw.
void keep_draw(SolverState& state, const Problem& problem);
// The same for an image [rows, C, H, W] that is decoded already.
void keep_image(SolverState& state, const Problem& problem, const Tensor& image);

// Mean of `values` [rows] over the healthy rows.
double healthy_mean(const SolverState& state, const Tensor& values);

}  // namespace sgilo
