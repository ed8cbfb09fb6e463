#include "sgilo/operators/gaussian_noise.h"

#include <cmath>

#include "sgilo/operators/option_text.h"

namespace sgilo {
namespace {

Tensor with_noise(const Tensor& x, double std, const std::vector<RandomStreams>& rows) {
  return x + std * normal_rows(rows, x.sizes().slice(1)).to(x.options());
}

}  // namespace

GaussianNoise::GaussianNoise(const GaussianNoiseOptions& options) : options_(options) {
  validate(options, "noise.");
}

Json GaussianNoise::options() const { return options_with_kind(options_); }

Tensor GaussianNoise::draw(const Tensor& clean, const std::vector<RandomStreams>& rows) const {
  return with_noise(clean, options_.sigma, rows);
}

double GaussianNoise::scale(const Widening& widening) const {
  return (options_.sigma * options_.sigma + widening.model_error * widening.model_error) *
         widening.temperature;
}

Tensor GaussianNoise::energy(const Tensor& prediction, const Tensor& measured,
                             const Widening& widening) const {
  return half_squared_residual(prediction, measured) / scale(widening);
}

Tensor GaussianNoise::perturb(const Tensor& measured, const std::vector<RandomStreams>& rows,
                              const Widening& widening) const {
  return with_noise(measured, std::sqrt(scale(widening)), rows);
}

}  // namespace sgilo
