// SGILO (sections 2 and 4): posterior sampling over an intermediate layer, with the learned score
// of the layer in the place of ILO's l1 ball. Stage 0 samples styles and noises, each chosen layer
// k then (x_k, styles, noises) from
//   exp(-U),  U(v) = -log p(y | A(G2(v))) - log p_k(x_k) - log p_0(z) - log p(n)
// (equation 1), by one of the transition kernels. The product of the layer's and the styles' priors
// is the paper's form, although x_k depends on z.
#pragma once

#include "sgilo/solvers/kernels/transition.h"
#include "sgilo/solvers/schedule.h"
#include "sgilo/solvers/solver.h"

namespace sgilo {

struct SgiloOptions {
  static constexpr std::string_view kind = "sgilo";
  int chains = 4;
  int evaluations = 300;
  int style_evaluations = 0;
  int coarse_steps = 0;
  int coarse_side = 0;
  std::vector<int> layers = {2};
  bool use_layer_score = true;
  int kept = 0;
  double warmup = 0.2;
  TransitionOptions integrator{};
  static constexpr auto fields() {
    using O = SgiloOptions;
    return std::tuple{
        field("chains", &O::chains, "chains per image", positive<int>),
        field("evaluations", &O::evaluations, "generator evaluations per chain, all stages",
              positive<int>),
        field("style_evaluations", &O::style_evaluations,
              "those of stage 0, before the first layer (0: a third)", non_negative<int>),
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
              "after warm-up (0: 16, or as many as there are rounds)",
              non_negative<int>),
        field("warmup", &O::warmup,
              "share of each stage's rounds before draws are kept and the "
              "preconditioner is frozen",
              fraction<double>),
        field("integrator", &O::integrator,
              "transition kernel of the posterior, name or name:key=value,...")};
  }
};

std::int64_t kept_draws(const SgiloOptions& options);  // of each chain; throws ConfigError

class Sgilo : public Solver {
 public:
  explicit Sgilo(const SgiloOptions& options);  // throws ConfigError
  SolverState start(const Problem& problem, const std::vector<RowKey>& rows,
                    const RandomStreams& streams) const override;
  StepReport step(SolverState& state, const Problem& problem,
                  const RandomStreams& streams) const override;
  std::int64_t total_steps() const override { return schedule_.steps(); }
  std::string describe() const override;

 private:
  SgiloOptions options_;
  Schedule schedule_;
};

}  // namespace sgilo
