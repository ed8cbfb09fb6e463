// Denoising score matching (Vincent 2011): the squared error of E[x_0 | x_t] in units of the
// network's own output, |F - (x_0 - skip y)/output|^2 = |x^_0 - x_0|^2 / output^2, at noise levels
// drawn so that the range that solvers use is well covered.
#pragma once

#include <vector>

#include "sgilo/score/score_network.h"

namespace sgilo {

struct NoiseLevelOptions {
  double smallest_std = 0.02;
  double largest_std = 0.9;
  double log_uniform_fraction = 0.5;
  double smallest_t = 1e-3;
  static constexpr auto fields() {
    using O = NoiseLevelOptions;
    return std::tuple{
        field("smallest_std", &O::smallest_std, "lower end of the log-uniform levels",
              positive<double>),
        field("largest_std", &O::largest_std, "upper end of the log-uniform levels",
              positive<double>),
        field("log_uniform_fraction", &O::log_uniform_fraction,
              "share of levels that are log-uniform in std; the others are uniform in t",
              fraction<double>),
        field("smallest_t", &O::smallest_t, "lower end of the times uniform in t",
              positive_fraction<double>)};
  }
};

// One time per row, [N]. Throws ConfigError when the range of std is empty.
Tensor draw_times(const Sde& sde, const NoiseLevelOptions& options,
                  const std::vector<RandomStreams>& rows);

// Loss of each row [N], the mean over its elements: clean and noise [N, C, H, W] in standardised
// coordinates, t [N].
Tensor denoising_loss(ScoreNetwork& network, const Tensor& clean, const Tensor& t,
                      const Tensor& noise, const Tensor& condition = {});

// Root mean squared error of E[x_0 | x_t] at one level, and of x_t / mean_scale itself: a score
// that does not beat the second is worse than no denoising.
struct LevelError {
  double std = 0;
  double denoised = 0;
  double undenoised = 0;
};
std::vector<LevelError> denoising_errors(const ScoreFunction& score, const Sde& sde,
                                         const Tensor& clean, const std::vector<double>& stds,
                                         const std::vector<RandomStreams>& rows);

}  // namespace sgilo
