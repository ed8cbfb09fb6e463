// Unadjusted Langevin dynamics on the slightly smoothed prior (SGILO equation 2 without its data
// term): v <- v + eta P s(v) + sqrt(2 eta P / b) xi, with a diagonal preconditioner P and the
// inverse temperature b (b = 1: the law itself; b -> infinity: its mode).
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/sampling/batch.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

// One step. `step_size` is eta P: one number, or a tensor that broadcasts to x. `score` and `noise`
// have the shape of x, noise ~ N(0, I).
Tensor langevin_step(const Tensor& x, const Tensor& score, const Tensor& noise,
                     const Tensor& step_size, double inverse_temperature = 1);
Tensor langevin_step(const Tensor& x, const Tensor& score, const Tensor& noise, double step_size,
                     double inverse_temperature = 1);

// Score of v_0 + noise_ratio(t) xi in v's own coordinates: s(v) = e^{m(t)} s_t(e^{m(t)} v).
Tensor smoothed_score(const ScoreFunction& score, const Sde& sde, const Tensor& v, double t);

struct LangevinOptions {
  int steps = 300;
  double step_size = 1e-2;
  double noise_std = 0.02;
  double inverse_temperature = 1;
  static constexpr auto fields() {
    return std::tuple{field("steps", &LangevinOptions::steps, "Langevin steps", positive<int>),
                      field("step_size", &LangevinOptions::step_size,
                            "step size eta, in standardised units", positive<double>),
                      field("noise_std", &LangevinOptions::noise_std,
                            "noise level at which the score is taken", positive<double>),
                      field("inverse_temperature", &LangevinOptions::inverse_temperature,
                            "b: 1 samples the law, larger values its mode", positive<double>)};
  }
};

// Draws of the prior smoothed to noise_std, from the start v [N, ...]. Throws NumericError when a
// step leaves the finite numbers; returns early when the observer asks.
Tensor langevin(const ScoreFunction& score, const Sde& sde, Tensor v,
                const LangevinOptions& options, const std::vector<RandomStreams>& rows,
                Observer& observer);

}  // namespace sgilo
