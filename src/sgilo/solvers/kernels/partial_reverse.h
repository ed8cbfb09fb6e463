// The paper's usual choice ("Speed Ablation"): the gradient flow of the data term for time std^2,
// then the prior's own kernel,
//   v <- v - h grad U_data(v), n times, n h = std(t)^2;
//   v_t ~ p(v_t | v_0 = v);  v ~ N(E[v_0 | v_t], std(t)^2 I), the reverse SDE from t to 0 in one step,
// which leaves N(0, I) invariant, and for small t is a Langevin step of size std(t)^2 on any prior.
// t is the largest that n stable steps allow, per chain. A direction of curvature c with n h c = a
// gets 2 a / (1 - e^{-2a}) of its variance: n = 1 (a <= 0.5) is the most exact.
#pragma once

#include "sgilo/solvers/kernels/target.h"

namespace sgilo {

struct PartialReverseKernelOptions {
  static constexpr std::string_view kind = "partial_reverse";
  double std = 0.2;
  int data_steps = 1;
  double score_std = 0.02;
  static constexpr auto fields() {
    using O = PartialReverseKernelOptions;
    return std::tuple{
        field("std", &O::std,
              "largest noise level of the kernel; lower where the data term's "
              "gradient flow would be unstable",
              positive_fraction<double>),
        field("data_steps", &O::data_steps, "evaluations of the gradient flow per round",
              positive<int>),
        field("score_std", &O::score_std, "smallest noise level at which the score is taken",
              positive_fraction<double>)};
  }
};

LatentState transition(const PartialReverseKernelOptions& options, Target& target);

inline std::string describe(const PartialReverseKernelOptions&) { return "partial_reverse"; }
inline int evaluations_per_round(const PartialReverseKernelOptions& o) { return o.data_steps; }
inline bool adapts_in_warmup(const PartialReverseKernelOptions&) { return true; }

}  // namespace sgilo
