#include "sgilo/operators/noise_model.h"

#include "sgilo/core/shape.h"
#include "sgilo/operators/option_text.h"

namespace sgilo {

std::string NoiseModel::describe() const { return describe_options(options()); }

Tensor NoiseModel::sample(const Tensor& clean, const std::vector<RandomStreams>& rows) const {
  if (clean.dim() == 0 || clean.size(0) != static_cast<std::int64_t>(rows.size()))
    throw ConfigError(concat("measurements have shape ", shape_text(clean.sizes()),
                             ", but there are random streams for ", rows.size(), " rows"));
  return draw(clean, rows);
}

Tensor NoiseModel::perturb(const Tensor&, const std::vector<RandomStreams>&,
                           const Widening&) const {
  throw ConfigError(concat("noise ", describe(),
                           " has no draw of its own that a measurement could be perturbed by"));
}

Tensor half_squared_residual(const Tensor& prediction, const Tensor& measured) {
  return 0.5 * (prediction - measured).flatten(1).square().sum(1);
}

}  // namespace sgilo
