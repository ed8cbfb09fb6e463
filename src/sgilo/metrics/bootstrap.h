// Bootstrap percentile intervals (Efron 1979) for values measured on the same test images by two
// methods: images are drawn anew with replacement, both methods' values together.
#pragma once

#include <vector>

#include "sgilo/core/random_streams.h"

namespace sgilo {

struct Interval {
  double estimate = 0;
  double lower = 0, upper = 0;
};

struct BootstrapOptions {
  int resamples = 10000;
  double level = 0.95;
};

// The mean of a, of a - b, and the ratio of means mean(a) / mean(b); one value per image. Throws
// ConfigError for fewer than 2 images, for lists of different lengths, for a level outside (0, 1)
// or for no resamples; NumericError for non-finite values and for a mean of b that is zero.
Interval bootstrap_mean(const std::vector<double>& values, const RandomStreams& streams,
                        const BootstrapOptions& options = {});
Interval bootstrap_difference(const std::vector<double>& a, const std::vector<double>& b,
                              const RandomStreams& streams, const BootstrapOptions& options = {});
Interval bootstrap_ratio(const std::vector<double>& a, const std::vector<double>& b,
                         const RandomStreams& streams, const BootstrapOptions& options = {});

}  // namespace sgilo
