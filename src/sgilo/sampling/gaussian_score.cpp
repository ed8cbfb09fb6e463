#include "sgilo/sampling/gaussian_score.h"

#include "sgilo/sampling/batch.h"

namespace sgilo {

ScoreFunction gaussian_score(const Sde& sde, const Tensor& mean, const Tensor& variance) {
  return [=](const Tensor& x, const Tensor& t) {
    const Tensor a = per_row(sde.mean_scale(t), x), std = per_row(sde.std(t), x);
    return (mean.to(x.options()) * a - x) / (variance.to(x.options()) * a.square() + std.square());
  };
}

}  // namespace sgilo
