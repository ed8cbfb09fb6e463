#include "sgilo/sampling/batch.h"

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {

Tensor per_row(const Tensor& values, const Tensor& like) {
  Shape shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = values.size(0);
  return values.to(like.options()).reshape(shape);
}

Tensor time_of_rows(double t, const Tensor& x) { return torch::full({x.size(0)}, t, x.options()); }

Tensor noise_like(const Tensor& x, const std::vector<RandomStreams>& rows) {
  if (static_cast<std::int64_t>(rows.size()) != x.size(0))
    throw ConfigError(concat("a sampler needs one random stream per row, but got ", rows.size(),
                             " streams for ", x.size(0), " rows"));
  return normal_rows(rows, x.sizes().slice(1)).to(x.options());
}

Tensor score_at(const ScoreFunction& score, const Tensor& x, double t) {
  const torch::NoGradGuard no_grad;
  Tensor value = score(x, time_of_rows(t, x));
  require_finite(concat("score at t = ", t), value);
  return value;
}

}  // namespace sgilo
