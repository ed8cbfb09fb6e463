// Langevin dynamics on the posterior (SGILO equation 2), with or without a diagonal metric P:
//   v <- v + eta P (s(v) - grad U_data(v)) + sqrt(2 eta P / b) xi,
// s the score of the slightly smoothed prior. The likelihood's noise is wider in the warm-up.
#pragma once

#include "sgilo/solvers/kernels/target.h"

namespace sgilo {

struct LangevinKernelOptions {
  static constexpr std::string_view kind = "langevin";
  double step_size = 0.15;
  bool precondition = true;
  double score_std = 0.05;
  double inverse_temperature = 1;
  double noise_annealing = 10;
  static constexpr auto fields() {
    using O = LangevinKernelOptions;
    return std::tuple{
        field("step_size", &O::step_size,
              "eta, in units of the preconditioner (or of a standard deviation squared)",
              positive<double>),
        field("precondition", &O::precondition,
              "scale each coordinate by 1 / (1 + E[g^2]) of the data term's gradient g"),
        field("score_std", &O::score_std, "noise level at which the score is taken",
              positive_fraction<double>),
        field("inverse_temperature", &O::inverse_temperature,
              "b: 1 samples the posterior, larger values its mode", positive<double>),
        field("noise_annealing", &O::noise_annealing,
              "factor on the likelihood's width at the start, falling to 1 over the warm-up",
              positive<double>)};
  }
};

// One evaluation.
LatentState transition(const LangevinKernelOptions& options, Target& target);

inline std::string describe(const LangevinKernelOptions&) { return "langevin"; }
inline int evaluations_per_round(const LangevinKernelOptions&) { return 1; }
inline bool adapts_in_warmup(const LangevinKernelOptions&) { return true; }

// One step with P = 1 / (precision + E[gradient^2]) and eta lowered to what is stable on each row,
// both found in warm-up. `gradient` is of a data term of this `scale` (Likelihood::scale), `drift`
// of the rest; `number` tells the steps of one round apart.
struct PreconditionedStep {
  double precision = 1;
  double scale = 1;
  double step_size = 0.15;
  double inverse_temperature = 1;
  std::int64_t number = 0;
};
LatentState preconditioned_langevin(Target& target, const LatentState& v,
                                    const LatentState& gradient, const LatentState& drift,
                                    const PreconditionedStep& step);

}  // namespace sgilo
