// Frechet distance between Gaussians fitted to features of images (Heusel et al. 2017, equation 6):
//   d^2 = |m_a - m_b|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2).
// The estimate from n images is biased upwards by about 1/n: compare equal counts, and report it
// with its floor, the distance between two sets of real images.
#pragma once

#include "sgilo/core/random_streams.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// Mean and covariance of a stream of features, in float64; batches merge by the update of Chan,
// Golub and LeVeque (1983).
class FeatureStatistics {
 public:
  explicit FeatureStatistics(std::int64_t features);

  // [N, features]. Throws ConfigError for another width, NumericError for non-finite features.
  void add(const Tensor& features);

  std::int64_t count() const { return count_; }
  Tensor mean() const { return mean_; }  // [features]
  Tensor covariance() const;  // [features, features], divided by count - 1; needs 2 features

  // "count", "mean", "deviations", so that the statistics of real images are computed once.
  StateDict state() const;
  void load_state(const StateDict& state);  // throws FormatError for what `state` cannot have made

 private:
  std::int64_t count_ = 0;
  Tensor mean_;
  Tensor deviations_;  // sum of (x - mean) (x - mean)^T
};

// The squared distance d^2, which is what reports call Frechet distance.
double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b);

// Distance between two disjoint random halves of the features of real images, [2n, features]: what
// a perfect generator would reach with n images.
double frechet_floor(const Tensor& real_features, const RandomStreams& streams);

}  // namespace sgilo
