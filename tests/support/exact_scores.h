// Scores of smoothed laws that are known in closed form, beside sampling/gaussian_score.h: truth for
// samplers and densities.
#pragma once

#include "sgilo/core/shape.h"
#include "sgilo/sampling/batch.h"
#include "sgilo/sampling/gaussian_score.h"

namespace sgilo {

// x_0 ~ N(mean, covariance) over the flattened rows of x: mean [d], covariance [d, d].
inline ScoreFunction full_gaussian_score(const Sde& sde, const Tensor& mean, const Tensor& covariance) {
  const std::int64_t d = mean.size(0);
  require_shape("the covariance of a Gaussian", covariance, {d, d});
  const auto [values, vectors] = torch::linalg_eigh(covariance.to(torch::kFloat64), "L");
  return [=, eigenvalues = values, basis = vectors](const Tensor& x, const Tensor& t) {
    const Tensor flat = x.flatten(1);
    const Tensor a = per_row(sde.mean_scale(t), flat), std = per_row(sde.std(t), flat);
    const Tensor q = basis.to(x.options());
    const Tensor coordinates = (mean.to(x.options()) * a - flat).matmul(q);
    return (coordinates / (eigenvalues.to(x.options()) * a.square() + std.square()))
        .matmul(q.t())
        .view_as(x);
  };
}

// sum_k weight_k N(mean_k, variance_k I) on x [N, d]: weights [K], means [K, d], variances [K].
inline ScoreFunction mixture_score(const Sde& sde, const Tensor& weights, const Tensor& means,
                            const Tensor& variances) {
  return [=](const Tensor& x, const Tensor& t) {
    const Tensor a = sde.mean_scale(t).to(x.options()).view({-1, 1, 1});
    const Tensor std = sde.std(t).to(x.options()).view({-1, 1, 1});
    const Tensor spread = variances.to(x.options()).view({1, -1, 1}) * a.square() + std.square();
    const Tensor offset = means.to(x.options()).unsqueeze(0) * a - x.unsqueeze(1);  // [N, K, d]
    const Tensor log_density = weights.to(x.options()).log() -
                               offset.square().sum(2) / (spread.squeeze(2) * 2) -
                               spread.squeeze(2).log() * (0.5 * static_cast<double>(x.size(1)));
    return (torch::softmax(log_density, 1).unsqueeze(2) * offset / spread).sum(1);
  };
}

}  // namespace sgilo
