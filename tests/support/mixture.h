// A mixture of two Gaussians in the plane, with mean, covariance and score in closed form.
#pragma once

#include "support/exact_scores.h"

namespace sgilo {

struct Mixture {
  Tensor weights = torch::tensor({0.3, 0.7}, torch::kFloat64);
  Tensor means = torch::tensor({{-1.2, 0.5}, {0.8, -0.2}}, torch::kFloat64);
  Tensor variances = torch::tensor({0.05, 0.15}, torch::kFloat64);
  Tensor mean() const { return (weights.unsqueeze(1) * means).sum(0); }
  Tensor covariance() const {
    const Tensor offset = means - mean();
    return offset.t().matmul(weights.unsqueeze(1) * offset) +
           torch::eye(2, torch::kFloat64) * (weights * variances).sum();
  }
  ScoreFunction score(const Sde& sde) const {
    return mixture_score(sde, weights.to(torch::kFloat32), means.to(torch::kFloat32),
                         variances.to(torch::kFloat32));
  }
};

}  // namespace sgilo
