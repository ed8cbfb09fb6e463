// Adam (Kingma and Ba 2015, algorithm 1) on the variables of a stage; elementwise, so that rows are
// independent.
#pragma once

#include "sgilo/generator/latent_state.h"

namespace sgilo {

struct AdamDecay {
  double first = 0.9;
  double second = 0.999;
  double epsilon = 1e-8;
};

// Running means of the gradient and its square; empty before the first step.
struct AdamState {
  LatentState first, second;
  static constexpr auto fields() {
    return std::tuple{field("first", &AdamState::first, "mean of the gradient"),
                      field("second", &AdamState::second, "mean of its square")};
  }
};

// v after one step, `step` = 1, 2, ... counted since the moments were empty.
LatentState adam_step(const LatentState& v, const LatentState& gradient, AdamState& moments,
                      std::int64_t step, double learning_rate, const AdamDecay& decay = {});

// 1, then down to 0 over the last quarter as a cosine: the factor of the learning rate after
// `done` (in [0, 1)) of the steps.
double cosine_tail(double done);

// The schedule of the released ILO: up over the first twentieth, then down to 0 as a cosine over
// the last three quarters (the released SGILO keeps its rate).
double released_ramp(double done);

}  // namespace sgilo
