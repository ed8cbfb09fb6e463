// Decoupled annealing, the round of level t (levels fall from first_std to last_std):
//   v_t ~ p(v_t | v_0);  v^_0 = E[v_0 | v_t], or the end of the probability flow from v_t;
//   v_0 ~ exp(-U_data(v_0)) N(v_0; v^_0, r_t^2 I) by the inner steps: only these use the generator.
// With the mean and r_t = std(t) the second line is the exact law of v_0 given v_t for the prior
// N(0, I), and for any prior as t -> 0, so that the rounds leave the posterior invariant. With the
// flow, r_t = std(t) / mean_scale(t) (decoupled annealing as published) is too wide.
#pragma once

#include <array>

#include "sgilo/solvers/kernels/target.h"

namespace sgilo {

// What draws v_0 under the data term and N(centre, r^2 I) within a round.
enum class InnerStep { langevin, perturb_and_optimise };
template <>
struct EnumWords<InnerStep> {
  static constexpr std::array<std::string_view, 2> words{"langevin", "perturb_and_optimise"};
};

enum class InnerOptimiser { lbfgs, adam };
template <>
struct EnumWords<InnerOptimiser> {
  static constexpr std::array<std::string_view, 2> words{"lbfgs", "adam"};
};

struct AnnealedKernelOptions {
  static constexpr std::string_view kind = "annealed";
  double first_std = 0.9;
  double last_std = 0.15;
  double descent = 1;
  int denoise_steps = 1;
  double coupling = 1;
  InnerStep inner = InnerStep::perturb_and_optimise;
  int inner_steps = 10;
  InnerOptimiser optimiser = InnerOptimiser::lbfgs;
  double adam_rate = 0.3;
  double step_size = 0.15;
  static constexpr auto fields() {
    using O = AnnealedKernelOptions;
    return std::tuple{
        field("first_std", &O::first_std, "noise level of the first round",
              positive_fraction<double>),
        field("last_std", &O::last_std, "noise level of the last round", positive_fraction<double>),
        field("descent", &O::descent, "share of the rounds in which the noise level falls",
              positive_fraction<double>),
        field("denoise_steps", &O::denoise_steps,
              "score evaluations per round: 1 is the posterior mean given v_t (calibrated), more "
              "are the probability flow (sharper, but draws too wide where the data say little)",
              positive<int>),
        field("coupling", &O::coupling, "factor on the width r_t of the coupling to the denoised",
              positive<double>),
        field("inner", &O::inner, "langevin or perturb_and_optimise"),
        field("inner_steps", &O::inner_steps, "evaluations per round", positive<int>),
        field("optimiser", &O::optimiser, "of perturb_and_optimise: lbfgs or adam"),
        field("adam_rate", &O::adam_rate, "Adam's first rate in units of r_t", positive<double>),
        field("step_size", &O::step_size, "of inner langevin, in units of the preconditioner",
              positive<double>)};
  }
};

LatentState transition(const AnnealedKernelOptions& options, Target& target);

std::string describe(const AnnealedKernelOptions& options);
inline int evaluations_per_round(const AnnealedKernelOptions& o) { return o.inner_steps; }
inline bool adapts_in_warmup(const AnnealedKernelOptions& o) {
  return o.inner != InnerStep::perturb_and_optimise;
}
// Throws ConfigError where two options contradict each other; `path`: "solver.integrator.".
void require_consistent(const AnnealedKernelOptions& options, const std::string& path);
// Throws ConfigError where the likelihood, or the priors of a stage, lack what the kernel needs.
void require_usable(const AnnealedKernelOptions& options, const Problem& problem,
                    const LatentState& stage);

}  // namespace sgilo
