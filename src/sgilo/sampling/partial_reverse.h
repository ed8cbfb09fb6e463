// The prior's kernel of SGILO ("Speed Ablation"): draw v_t ~ p(v_t | v_0 = v) at a small t and
// integrate back to 0. It leaves the prior invariant. With the reverse SDE it is, for small t, a
// Langevin step of size std(t)^2: drift std(t)^2 score, noise of variance 2 std(t)^2; with the ODE,
// which adds no noise of its own, a Langevin step of half that size. Variance of one application to
// N(0, c) over c, from its exact law at std(t) = 0.3:
//                   c = 1: 4 steps  8 steps    c = 0.1: 4 steps  8 steps
//   ode (order 2)         0.992    1.000             0.967    1.006
//   sde (order 1)         0.934    0.961             0.668    0.807
#pragma once

#include <array>

#include "sgilo/sampling/batch.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

enum class ReverseMethod { ode, sde };
template <>
struct EnumWords<ReverseMethod> {
  static constexpr std::array<std::string_view, 2> words{"ode", "sde"};
};

struct PartialReverseOptions {
  ReverseMethod method = ReverseMethod::ode;
  int steps = 4;
  static constexpr auto fields() {
    return std::tuple{
        field("method", &PartialReverseOptions::method,
              "way back: the probability-flow ode or the reverse sde"),
        field("steps", &PartialReverseOptions::steps, "score evaluations", positive<int>)};
  }
};

// One application to v [N, ...].
Tensor partial_reverse(const ScoreFunction& score, const Sde& sde, const Tensor& v, double t,
                       const PartialReverseOptions& options,
                       const std::vector<RandomStreams>& rows);

// The way back alone: v_t of p_t to v_0.
Tensor reverse_to_zero(const ScoreFunction& score, const Sde& sde, const Tensor& v_t, double t,
                       const PartialReverseOptions& options,
                       const std::vector<RandomStreams>& rows);

}  // namespace sgilo
