// The weight distribution condition (SGILO Definition A.1, after Hand and Voroninski 2018): for all
// x, y other than 0,  |sum_i 1[w_i.x > 0] 1[w_i.y > 0] w_i w_i^T - Q_{x,y}|_2 <= eps  for the rows
// w_i ~ N(0, I / rows) of a layer. It is a supremum over a continuum; what can be computed is a
// lower bound of its constant.
#pragma once

#include "sgilo/core/random_streams.h"

namespace sgilo {

// The expectation Q_{x,y} = (pi - t) / (2 pi) I + sin(t) / (2 pi) M, t = angle(x, y), where M swaps
// the directions of x and y and kills what is orthogonal to both. x, y [k] -> [k, k], float64.
Tensor expected_active_gram(const Tensor& x, const Tensor& y);

// The deviation at one pair: a spectral norm. weights [rows, k] without the factor sqrt(2).
double weight_distribution_deviation(const Tensor& weights, const Tensor& x, const Tensor& y);

// The largest deviation over random pairs: a third independent, a third with y = x + 0.1 g, a third
// with y = -x + 0.1 g. Throws ConfigError for fewer than 3 pairs.
double weight_distribution_bound(const Tensor& weights, std::int64_t pairs,
                                 const RandomStreams& streams);

}  // namespace sgilo
