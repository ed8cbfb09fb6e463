// Rows of a batch: every sampler works on x [N, ...] with one row per chain, and a row's result
// depends on its own streams alone.
#pragma once

#include <vector>

#include "sgilo/core/random_streams.h"
#include "sgilo/sampling/score_function.h"

namespace sgilo {

// values [N] as [N, 1, ...], to be multiplied with `like` [N, ...] and of its type.
Tensor per_row(const Tensor& values, const Tensor& like);

// t for all rows of x: [N], of x's type.
Tensor time_of_rows(double t, const Tensor& x);

// N(0, I) of the shape and type of x, row i from rows[i].
// Throws ConfigError when the counts differ.
Tensor noise_like(const Tensor& x, const std::vector<RandomStreams>& rows);

// score(x, t) at one t for all rows, without history. Throws NumericError when it is not finite.
Tensor score_at(const ScoreFunction& score, const Tensor& x, double t);

}  // namespace sgilo
