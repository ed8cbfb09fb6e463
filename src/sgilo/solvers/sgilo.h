// SGILO (sections 2 and 4): posterior sampling over an intermediate layer, with the learned score
// of the layer in the place of ILO's l1 ball. Stage 0 samples styles and noises, each chosen layer
// k then (x_k, styles, noises) from
//   exp(-U),  U(v) = ||A(G2(v)) - y||^2 / (2 variance) - log p_k(x_k) - log p_0(z) - log p(n)
// (equation 1), by one of three integrators of the same posterior. The product of the layer's and
// the styles' priors is the paper's form, although x_k depends on z.
#pragma once

#include "sgilo/solvers/solver.h"

namespace sgilo {

enum class Integrator { langevin, partial_reverse, annealed };
template <>
struct EnumWords<Integrator> {
  static constexpr std::array<std::string_view, 3> words{"langevin", "partial_reverse", "annealed"};
};

// What draws v_0 under the data term and N(centre, r^2 I) within a round of `annealed`.
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

// Equation 2: one evaluation per round.
struct LangevinIntegratorOptions {
  double step_size = 0.15;
  bool precondition = true;
  double score_std = 0.05;
  double inverse_temperature = 1;
  double noise_annealing = 10;
  static constexpr auto fields() {
    using O = LangevinIntegratorOptions;
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
              "factor on the likelihood's sigma at the start, falling to 1 over the warm-up",
              positive<double>)};
  }
};

// The paper's usual choice ("Speed Ablation"): data_steps evaluations per round.
struct PartialReverseIntegratorOptions {
  double std = 0.2;
  int data_steps = 1;
  double score_std = 0.02;
  static constexpr auto fields() {
    using O = PartialReverseIntegratorOptions;
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

// Decoupled annealing: inner_steps evaluations per round.
struct AnnealedIntegratorOptions {
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
    using O = AnnealedIntegratorOptions;
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

struct SgiloOptions {
  static constexpr std::string_view kind = "sgilo";
  int chains = 4;
  int evaluations = 300;
  int style_evaluations = 100;
  int coarse_steps = 0;
  int coarse_side = 0;
  std::vector<int> layers = {2};
  bool use_layer_score = true;
  int kept = 16;
  double warmup = 0.2;
  Integrator integrator = Integrator::annealed;
  LangevinIntegratorOptions langevin;
  PartialReverseIntegratorOptions partial_reverse;
  AnnealedIntegratorOptions annealed;
  static constexpr auto fields() {
    using O = SgiloOptions;
    return std::tuple{
        field("chains", &O::chains, "chains per image", positive<int>),
        field("evaluations", &O::evaluations, "generator evaluations per chain, all stages",
              positive<int>),
        field("style_evaluations", &O::style_evaluations,
              "those of stage 0, before the first layer", positive<int>),
        field("coarse_steps", &O::coarse_steps,
              "the first evaluations of stage 0, on the generator cut at a lower resolution: less "
              "time, and as good where the data show nothing finer",
              non_negative<int>),
        field("coarse_side", &O::coarse_side,
              "pixels of that resolution (0: half of the image's side)", non_negative<int>),
        field("layers", &O::layers,
              "the layers sampled one after the other, the rest shared evenly", all_positive<int>),
        field("use_layer_score", &O::use_layer_score,
              "false: styles and noises only, under the style prior"),
        field("kept", &O::kept,
              "draws kept per chain, evenly spread over the last stage's rounds "
              "after warm-up",
              positive<int>),
        field("warmup", &O::warmup,
              "share of each stage's rounds before draws are kept and the "
              "preconditioner is frozen",
              fraction<double>),
        field("integrator", &O::integrator, "langevin, partial_reverse or annealed"),
        field("langevin", &O::langevin, "options of this integrator"),
        field("partial_reverse", &O::partial_reverse, "options of this integrator"),
        field("annealed", &O::annealed, "options of this integrator")};
  }
};

class Sgilo : public Solver {
 public:
  explicit Sgilo(const SgiloOptions& options);  // throws ConfigError
  SolverState start(const Problem& problem, const RandomStreams& streams) const override;
  StepReport step(SolverState& state, const Problem& problem,
                  const RandomStreams& streams) const override;
  bool finished(const SolverState& state) const override { return state.step >= total_steps; }
  std::string describe() const override;

 private:
  struct Stage {
    int layer = 0;
    std::int64_t evaluations = 0;  // per chain
    std::int64_t rounds = 0;       // one step of the solver each
    std::int64_t warmup = 0;       // of them
  };

  SgiloOptions options_;
  std::vector<Stage> stages_;
};

}  // namespace sgilo
