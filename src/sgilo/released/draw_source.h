// Where a sampler takes its standard normal numbers from, one call after the other: recorded
// numbers repeat a recorded run, streams give one of our own.
#pragma once

#include <functional>

#include "sgilo/core/random_streams.h"

namespace sgilo {

// The next draw of N(0, I) of this shape, batch first. The order of the calls is part of the
// contract of whoever takes a source.
using DrawSource = std::function<Tensor(const Shape& shape)>;

// Row i of draw k is from rows[i].child("draw", k). Throws ConfigError when a shape has another
// number of rows.
DrawSource draws_of(const std::vector<RandomStreams>& rows);

}  // namespace sgilo
