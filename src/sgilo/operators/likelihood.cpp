#include "sgilo/operators/likelihood.h"

#include "sgilo/core/shape.h"

namespace sgilo {

Likelihood::Likelihood(std::shared_ptr<const NoiseModel> noise, double model_error)
    : noise_(std::move(noise)), widening_{.model_error = model_error} {
  if (!noise_) throw ConfigError("a likelihood needs a noise model, but has none");
  if (!(model_error >= 0))
    throw ConfigError(concat("the model error must be at least 0, but is ", model_error));
}

Tensor Likelihood::energy(const Tensor& prediction, const Tensor& measured) const {
  require_shape("the prediction", prediction, measured.sizes());
  return noise_->energy(prediction, measured, widening_);
}

Likelihood Likelihood::tempered(double temperature) const {
  if (!(temperature > 0))
    throw ConfigError(concat("a temperature must be positive, but is ", temperature));
  Likelihood out = *this;
  out.widening_.temperature *= temperature;
  return out;
}

Tensor Likelihood::perturb(const Tensor& measured, const std::vector<RandomStreams>& rows) const {
  return noise_->perturb(measured, rows, widening_);
}

std::string Likelihood::describe() const {
  return widening_.model_error > 0
             ? concat(noise_->describe(), ", model error ", widening_.model_error)
             : noise_->describe();
}

}  // namespace sgilo
