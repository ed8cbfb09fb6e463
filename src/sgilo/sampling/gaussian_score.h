// A prior in closed form, smoothed by the SDE: x_0 ~ N(m, C) gives x_t ~ N(a m, a^2 C + std^2 I)
// with a = mean_scale(t). Truth for tests, and the prior of variables that are Gaussian by
// construction.
#pragma once

#include "sgilo/sampling/score_function.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

// Independent coordinates: mean and variance broadcast to one row of x.
ScoreFunction gaussian_score(const Sde& sde, const Tensor& mean, const Tensor& variance);

}  // namespace sgilo
