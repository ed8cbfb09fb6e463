// p(y | x): what the data say about an image. Made of a noise model and of what the generator cannot
// reach; every solver and report judges images by it alone.
#pragma once

#include <memory>

#include "sgilo/operators/noise_model.h"

namespace sgilo {

class Likelihood {
 public:
  // `model_error`: standard deviation of what the generator cannot reach, in units of the
  // measurements. Throws ConfigError unless it is at least 0.
  explicit Likelihood(std::shared_ptr<const NoiseModel> noise, double model_error = 0);

  // -log p(measured | prediction) / T of each row up to a constant, [N]; both [N, ...]. Throws
  // ConfigError when their shapes differ.
  Tensor energy(const Tensor& prediction, const Tensor& measured) const;
  // The likelihood to the power 1 / temperature. Throws ConfigError unless it is positive.
  Likelihood tempered(double temperature) const;
  // energy * scale does not change with the temperature.
  double scale() const { return noise_->scale(widening_); }

  bool is_gaussian() const { return noise_->is_gaussian(); }

  // The measurement with another draw of its noise added; row i from rows[i]. Throws ConfigError
  // where the noise does not allow it.
  bool has_perturb() const { return noise_->has_perturb(); }
  Tensor perturb(const Tensor& measured, const std::vector<RandomStreams>& rows) const;

  double model_error() const { return widening_.model_error; }
  std::string describe() const;  // "gaussian (sigma = 0.01), model error 0.05"

 private:
  std::shared_ptr<const NoiseModel> noise_;
  Widening widening_;
};

}  // namespace sgilo
