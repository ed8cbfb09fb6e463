#include "sgilo/metrics/frechet.h"

#include <tuple>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

// Of a symmetric positive semi-definite matrix; rounding below zero counts as zero.
Tensor square_root(const Tensor& matrix) {
  const auto [values, vectors] = torch::linalg_eigh(matrix);
  return torch::matmul(vectors * values.clamp_min(0).sqrt(), vectors.t());
}

}  // namespace

FeatureStatistics::FeatureStatistics(std::int64_t features)
    : mean_(torch::zeros({features}, torch::kFloat64)),
      deviations_(torch::zeros({features, features}, torch::kFloat64)) {}

void FeatureStatistics::add(const Tensor& features) {
  require_shape("frechet: features", features, {-1, mean_.size(0)});
  if (features.size(0) == 0) return;
  require_finite("frechet: features", features);
  const Tensor x = features.detach().to(torch::kCPU, torch::kFloat64);
  const std::int64_t added = x.size(0), total = count_ + added;
  const Tensor batch_mean = x.mean(0);
  const Tensor centred = x - batch_mean;
  const Tensor shift = batch_mean - mean_;
  deviations_ = deviations_ + torch::matmul(centred.t(), centred) +
                torch::outer(shift, shift) *
                    (static_cast<double>(count_) * static_cast<double>(added) / total);
  mean_ = mean_ + shift * (static_cast<double>(added) / total);
  count_ = total;
}

Tensor FeatureStatistics::covariance() const {
  if (count_ < 2)
    throw ConfigError(
        concat("frechet: a covariance needs the features of at least 2 images, but has ", count_));
  return deviations_ / static_cast<double>(count_ - 1);
}

StateDict FeatureStatistics::state() const {
  return {{"count", torch::full({}, count_, torch::kInt64)},
          {"mean", mean_},
          {"deviations", deviations_}};
}

void FeatureStatistics::load_state(const StateDict& state) {
  const Tensor& count = require_tensor(state, "count");
  const Tensor& mean = require_tensor(state, "mean");
  const Tensor& deviations = require_tensor(state, "deviations");
  if (count.numel() != 1 || count.scalar_type() != torch::kInt64 ||
      count.item<std::int64_t>() < 0 || mean.sizes() != mean_.sizes() ||
      deviations.sizes() != deviations_.sizes())
    throw FormatError(concat("frechet: statistics must hold an int64 count, a mean of shape ",
                             shape_text(mean_.sizes()), " and deviations of shape ",
                             shape_text(deviations_.sizes()), ", but hold shapes ",
                             shape_text(count.sizes()), ", ", shape_text(mean.sizes()), " and ",
                             shape_text(deviations.sizes())));
  count_ = count.item<std::int64_t>();
  mean_ = mean.to(torch::kFloat64).clone();
  deviations_ = deviations.to(torch::kFloat64).clone();
}

double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b) {
  require_shape("frechet: mean of the second statistics", b.mean(), a.mean().sizes());
  const Tensor covariance_a = a.covariance(), covariance_b = b.covariance();
  const Tensor root = square_root(covariance_a);
  const Tensor product = torch::matmul(torch::matmul(root, covariance_b), root);
  const Tensor squares = std::get<0>(torch::linalg_eigh((product + product.t()) / 2));
  const Tensor distance = (a.mean() - b.mean()).pow(2).sum() + covariance_a.trace() +
                          covariance_b.trace() - 2 * squares.clamp_min(0).sqrt().sum();
  return distance.item<double>();
}

double frechet_floor(const Tensor& real_features, const RandomStreams& streams) {
  require_shape("frechet: real features", real_features, {-1, -1});
  const Tensor order = streams.permutation(real_features.size(0)).to(real_features.device());
  const std::int64_t half = real_features.size(0) / 2;
  FeatureStatistics first(real_features.size(1)), second(real_features.size(1));
  first.add(real_features.index_select(0, order.slice(0, 0, half)));
  second.add(real_features.index_select(0, order.slice(0, half, 2 * half)));
  return frechet_distance(first, second);
}

}  // namespace sgilo
