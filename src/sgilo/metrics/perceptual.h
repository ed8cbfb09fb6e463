// Perceptual distance after Zhang et al. (2018, equation 1) without learned weights: the feature
// maps f_l of the attribute classifier, scaled to unit length over the channels at every position;
//   d(a, b) = mean_l mean_position |f_l(a)/|f_l(a)| - f_l(b)/|f_l(b)||^2.
// Symmetric, 0 for equal images, at most 4, differentiable in both images.
#pragma once

#include "sgilo/core/torch.h"
#include "sgilo/metrics/feature_classifier.h"

namespace sgilo {

// Images [N, 3, H, W] in [-1, 1] of one shape; not clamped. The result is [N]. Throws ConfigError
// when the shapes differ.
Tensor perceptual_distance(FeatureClassifier& classifier, const Tensor& image,
                           const Tensor& reference);

}  // namespace sgilo
