// Priors in closed form, smoothed by the SDE: x_0 ~ N(m, C) gives x_t ~ N(a m, a^2 C + std^2 I)
// with a = mean_scale(t). Truth for tests,
// and the prior of variables that are Gaussian by construction.
#pragma once

#include <vector>

#include "sgilo/sampling/score_function.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

// Independent coordinates: mean and variance broadcast to one row of x.
ScoreFunction gaussian_score(const Sde& sde, const Tensor& mean, const Tensor& variance);

// Rows of x are flattened to [N, d]; mean [d], covariance [d, d].
ScoreFunction full_gaussian_score(const Sde& sde, const Tensor& mean, const Tensor& covariance);

// sum_k weight_k N(mean_k, variance_k I) on x [N, d]: weights [K], means [K, d], variances [K].
ScoreFunction mixture_score(const Sde& sde, const Tensor& weights, const Tensor& means,
                            const Tensor& variances);

}  // namespace sgilo
