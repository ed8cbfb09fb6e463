// Pairs of latents at chosen angles, and the angles of their images.
#pragma once

#include <cstdint>
#include <utility>

#include "sgilo/core/random_streams.h"

namespace sgilo {

// Unit rows x and y [pairs, n], of the type of the angles [pairs, 1]; y is at these angles to x.
std::pair<Tensor, Tensor> pairs_at_angles(const Tensor& angles, std::int64_t dimension,
                                          const RandomStreams& streams);

// Angles between corresponding rows, exact near 0 and pi: [pairs].
Tensor angles_between(const Tensor& x, const Tensor& y);

}  // namespace sgilo
