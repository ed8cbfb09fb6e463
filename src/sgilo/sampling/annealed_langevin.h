// Annealed Langevin dynamics (Song and Ermon 2019, "Generative modeling by estimating gradients of
// the data distribution", algorithm 1): a few Langevin steps of size step_ratio * std(t)^2 at each
// of a falling sequence of noise levels, then E[x_0 | x_t]. On pixels with a data term it is the
// prior of Jalal et al. 2021 (SGILO table 1, row 3).
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/sampling/batch.h"
#include "sgilo/sampling/noise_schedule.h"

namespace sgilo {

struct AnnealedLangevinOptions {
  NoiseScheduleOptions schedule{.levels = 50, .first_std = 0.99, .last_std = 0.01};
  int steps_per_level = 5;
  double step_ratio = 0.2;
  bool denoise = true;
  static constexpr auto fields() {
    return std::tuple{field("schedule", &AnnealedLangevinOptions::schedule, "noise levels"),
                      field("steps_per_level", &AnnealedLangevinOptions::steps_per_level,
                            "Langevin steps at each level", positive<int>),
                      field("step_ratio", &AnnealedLangevinOptions::step_ratio,
                            "step size over the squared noise level", positive<double>),
                      field("denoise", &AnnealedLangevinOptions::denoise,
                            "return the expectation of x_0 given the last state")};
  }
};

// A draw of p_t with t the time of the first level: from `x_t` [N, ...] to a sample of x_0. Between
// levels the state is scaled by the ratio of the means.
Tensor annealed_langevin(const ScoreFunction& score, const Sde& sde, Tensor x_t,
                         const AnnealedLangevinOptions& options,
                         const std::vector<RandomStreams>& rows, Observer& observer);

// N(0, prior_std^2 I) [rows, shape...]: the start of a sampler at t = 1.
Tensor prior_draw(const Sde& sde, torch::IntArrayRef shape, const std::vector<RandomStreams>& rows);

}  // namespace sgilo
