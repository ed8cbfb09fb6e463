#include "sgilo/generator/style_prior.h"

#include "sgilo/core/error.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/core/shape.h"

namespace sgilo {

StylePrior::StylePrior(std::int64_t rows, Tensor basis, Tensor deviations)
    : rows_(rows), basis_(std::move(basis)), deviations_(std::move(deviations)) {
  require_shape("style prior: deviations", deviations_, {-1});
  require_shape("style prior: basis", basis_, {deviations_.size(0), deviations_.size(0)});
  if (!(deviations_ > 0).all().item<bool>())
    throw ConfigError("style prior: all deviations must be positive");
}

StylePrior StylePrior::isotropic(std::int64_t rows, std::int64_t w_dim, double deviation) {
  return {rows, torch::eye(w_dim), torch::full({w_dim}, deviation)};
}

StylePrior StylePrior::fitted(const Tensor& coordinates) {
  require_shape("style prior: coordinates", coordinates, {-1, -1, -1});
  const std::int64_t rows = coordinates.size(1), w = coordinates.size(2);
  const Tensor x = coordinates.to(torch::kFloat64);
  const Tensor within = (x - x.mean(1, true)).reshape({-1, w});
  const Tensor covariance = within.t().matmul(within) / static_cast<double>(x.size(0) * (rows - 1));
  auto [values, vectors] = torch::linalg_eigh(covariance, "L");
  // Directions in which the rows hardly differ keep a thousandth of the mean deviation.
  const Tensor deviations = values.clamp_min(1e-6 * values.mean().item<double>()).sqrt();
  return {rows, vectors.to(torch::kFloat32), deviations.to(torch::kFloat32)};
}

Tensor StylePrior::score(const Tensor& x, const Tensor& mean_scale, const Tensor& std) const {
  const Tensor m2 = mean_scale.square().view({-1, 1, 1}), s2 = std.square().view({-1, 1, 1});
  const Tensor basis = basis_.to(x.options()), tau2 = deviations_.to(x.options()).square();
  const Tensor y = torch::matmul(x, basis), mean = y.mean(1, true);
  const Tensor pulled =
      (y - mean) / (m2 * tau2 + s2) + mean / (m2 * (static_cast<double>(rows_) + tau2) + s2);
  return -torch::matmul(pulled, basis.t());
}

StateDict StylePrior::state() const { return {{"basis", basis_}, {"deviations", deviations_}}; }

StylePrior StylePrior::from_state(std::int64_t rows, const StateDict& state) {
  return {rows, as_float32(require_tensor(state, "basis"), "tensor 'basis'"),
          as_float32(require_tensor(state, "deviations"), "tensor 'deviations'")};
}

double StylePrior::mean_deviation() const {
  return deviations_.square().mean().sqrt().item<double>();
}

}  // namespace sgilo
