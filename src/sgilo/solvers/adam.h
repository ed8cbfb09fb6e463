// Adam (Kingma and Ba 2015, algorithm 1) on the variables of a stage; elementwise, so that rows are
// independent. Moments live in a StateDict under "adam.".
#pragma once

#include "sgilo/core/state_dict.h"
#include "sgilo/generator/latent_state.h"

namespace sgilo {

struct AdamMoments {
  double first = 0.9;
  double second = 0.999;
  double epsilon = 1e-8;
};

// v after one step, `step` = 1, 2, ... counted since the moments were forgotten.
LatentState adam_step(const LatentState& v, const LatentState& gradient, StateDict& moments,
                      std::int64_t step, double learning_rate, const AdamMoments& decay = {});

// 1, then down to 0 over the last quarter as a cosine: the factor of the learning rate after
// `done` (in [0, 1)) of the steps.
double cosine_tail(double done);

// The schedule of the released ILO: up over the first twentieth, then down to 0 as a cosine over
// the last three quarters (the released SGILO keeps its rate).
double released_ramp(double done);

}  // namespace sgilo
