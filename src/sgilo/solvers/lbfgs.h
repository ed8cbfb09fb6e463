// Limited-memory BFGS (Nocedal 1980) for a batch of independent problems, without a line search: a
// step that raises a row's energy is taken back, but what it tells of the curvature is kept, so
// that the next one is shorter. On a quadratic it follows conjugate gradients.
#pragma once

#include <functional>

#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// What one minimisation leaves to the next.
struct LbfgsState {
  Tensor first_step;  // [rows]: a safe first step; undefined or 0: not known yet
  static constexpr auto fields() {
    return std::tuple{
        field("first_step", &LbfgsState::first_step, "a safe first step of each row")};
  }
};

struct EnergyAndGradient {
  Tensor energy;    // [rows]
  Tensor gradient;  // [rows, d]
};

struct Minimum {
  Tensor x;           // [rows, d]
  Tensor first_step;  // [rows]: smallest curvature radius met, a safe first step for the next call
};

// `evaluations` >= 1 calls of `f` from x [rows, d]. The first step is -first_step * gradient; where
// first_step [rows] is 0, it is as long as moves x by `probe` (root mean square).
Minimum minimise_lbfgs(const std::function<EnergyAndGradient(const Tensor& x)>& f, Tensor x,
                       const Tensor& first_step, double probe, std::int64_t evaluations);

}  // namespace sgilo
