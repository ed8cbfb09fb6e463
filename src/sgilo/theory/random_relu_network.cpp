#include "sgilo/theory/random_relu_network.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {
void require_network_sizes(const Shape& widths, std::int64_t measurements) {
  if (widths.size() < 3)
    throw ConfigError(
        concat("widths of a random network must be of the latent and at least two "
               "layers, but are ",
               shape_text(widths), ": with one layer the landscape has no saddle behind z*"));
  if (std::any_of(widths.begin(), widths.end(), [](std::int64_t width) { return width < 1; }))
    throw ConfigError(
        concat("widths of a random network must be positive, but are ", shape_text(widths)));
  if (measurements < 0)
    throw ConfigError(
        concat("measurements must be positive, or 0 for the whole image, but are ", measurements));
}

bool expansive(const Shape& widths) {
  return std::adjacent_find(widths.begin(), widths.end(), std::greater_equal<>()) == widths.end();
}

RandomReluNetwork::RandomReluNetwork(Shape widths, std::int64_t measurements,
                                     const RandomStreams& streams, double latent_norm,
                                     torch::ScalarType type)
    : widths_(std::move(widths)), latent_norm_(latent_norm) {
  require_network_sizes(widths_, measurements);
  if (!(latent_norm > 0) || !std::isfinite(latent_norm))
    throw ConfigError(concat("the norm of the latent must be positive, but is ", latent_norm));
  if (type != torch::kFloat32 && type != torch::kFloat64)
    throw ConfigError(
        concat("numbers of a random network must be float32 or float64, but are ", type));
  const torch::NoGradGuard no_gradients;
  const auto normal = [&](const RandomStreams& own, std::int64_t rows, std::int64_t columns,
                          double variance) {
    return own.normal({rows, columns}).to(type).mul_(std::sqrt(variance));
  };
  for (std::size_t i = 1; i < widths_.size(); ++i)
    weights_.push_back(normal(streams.child("layer", i), widths_[i], widths_[i - 1],
                              2 / static_cast<double>(widths_[i])));
  if (measurements > 0)
    matrix_ = normal(streams.child("matrix"), measurements, widths_.back(),
                     1 / static_cast<double>(measurements));
  measurements_ = measure(latent().unsqueeze(0)).squeeze(0);
}

double RandomReluNetwork::inverse_size() const {
  double sum = matrix_.defined() ? 1 / static_cast<double>(measurements()) : 0;
  for (std::size_t i = 1; i < widths_.size(); ++i) sum += 1 / static_cast<double>(widths_[i]);
  return sum;
}

std::string RandomReluNetwork::describe() const {
  return matrix_.defined() ? concat(shape_text(widths_), ", m = ", measurements())
                           : concat(shape_text(widths_), ", A = I");
}

Tensor RandomReluNetwork::latent() const {
  Tensor out = torch::zeros({dimension()}, weights_[0].options());
  out[0] = latent_norm_;
  return out;
}

Tensor RandomReluNetwork::measured(const Tensor& image) const {
  return matrix_.defined() ? image.mm(matrix_.t()) : image;
}

std::vector<Tensor> RandomReluNetwork::layers(const Tensor& z) const {
  std::vector<Tensor> out;
  for (const Tensor& weight : weights_)
    out.push_back((out.empty() ? z : out.back()).mm(weight.t()).relu_());
  return out;
}

Tensor RandomReluNetwork::apply(const Tensor& z) const { return layers(z).back(); }

Tensor RandomReluNetwork::measure(const Tensor& z) const { return measured(apply(z)); }

Tensor RandomReluNetwork::loss(const Tensor& z) const {
  return (measure(z) - measurements_).square().sum(1) / 2;
}

std::pair<Tensor, Tensor> RandomReluNetwork::loss_and_gradient(const Tensor& z) const {
  const torch::NoGradGuard no_gradients;
  const std::vector<Tensor> activations = layers(z);
  const Tensor residual = measured(activations.back()) - measurements_;
  Tensor back = matrix_.defined() ? residual.mm(matrix_) : residual;
  for (std::size_t i = weights_.size(); i-- > 0;)  // D_i zeroes what the layer's relu did
    back = torch::threshold_backward(back, activations[i], 0).mm(weights_[i]);
  return {residual.square().sum(1) / 2, back};
}

Tensor RandomReluNetwork::gradient(const Tensor& z) const { return loss_and_gradient(z).second; }

Tensor RandomReluNetwork::jacobian() const {
  const torch::NoGradGuard no_gradients;
  const std::vector<Tensor> activations = layers(latent().unsqueeze(0));
  Tensor forward = torch::eye(dimension(), weights_[0].options());
  for (std::size_t i = 0; i < weights_.size(); ++i)
    forward = weights_[i].mm(forward) * (activations[i] > 0).t();
  return matrix_.defined() ? matrix_.mm(forward) : forward;
}

Tensor RandomReluNetwork::hessian_eigenvalues() const {
  const Tensor forward = jacobian().to(torch::kFloat64);
  return torch::linalg_eigvalsh(forward.t().mm(forward));
}

}  // namespace sgilo
