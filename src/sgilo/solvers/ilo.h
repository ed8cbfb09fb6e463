// ILO, intermediate layer optimisation (Daras et al. 2021b; SGILO sections 1 and 4). Stage 0
// optimises style rows and noises; stage k = 1..K starts at x_k^0, the layer that the previous
// stage leaves, and solves
//   min ||A(G2(x_k, z, n)) - y||^2  subject to  ||x_k - x_k^0||_1 <= radius_k
// by Adam with projection, z and n on their spheres.
#pragma once

#include "sgilo/solvers/schedule.h"
#include "sgilo/solvers/solver.h"
#include "sgilo/solvers/stage_lists.h"

namespace sgilo {

// Lists are per stage; of rates and radii the last value holds for the stages beyond.
struct IloOptions {
  static constexpr std::string_view kind = "ilo";
  int chains = 4;
  int evaluations = 300;
  std::vector<int> shares = {1, 1, 1};
  std::vector<double> learning_rates = {0.1, 0.05};
  bool constrained = true;
  std::vector<double> radii = {0.25};
  double style_radius = 0;
  double noise_radius = 0;
  bool project_styles = true;
  bool project_noises = true;
  double noise_addition = 0;
  static constexpr auto fields() {
    using O = IloOptions;
    return std::tuple{
        field("chains", &O::chains, "restarts per image", positive<int>),
        field("evaluations", &O::evaluations, "Adam steps per restart, all stages", positive<int>),
        field(
            "shares", &O::shares,
            "how stage 0 (styles) and layers 1, 2, ... share them: [2,1] takes two thirds for the "
            "styles",
            all_positive<int>),
        field("learning_rates", &O::learning_rates,
              "Adam's rate of each stage, falling to 0 over its last quarter",
              all_positive<double>),
        field("constrained", &O::constrained, "hold the layer in an l1 ball (false: free)"),
        field("radii", &O::radii,
              "l1 radius for layers 1, 2, ..., per number of the layer, in standard deviations",
              non_negative_list),
        field("style_radius", &O::style_radius,
              "the same for the styles from layer 1 on (0: no ball)", non_negative<double>),
        field("noise_radius", &O::noise_radius,
              "the same for the noise inputs from layer 1 on (0: no ball)", non_negative<double>),
        field("project_styles", &O::project_styles, "keep each style row at norm sqrt(d)"),
        field("project_noises", &O::project_noises, "keep each noise input at norm sqrt(d)"),
        field(
            "noise_addition", &O::noise_addition,
            "standard deviation of noise added to the styles where the loss is evaluated, falling "
            "to 0 over each stage (for denoising)",
            non_negative<double>)};
  }
};

// Of stages 0, 1, ...; throws ConfigError where one would have none.
std::vector<int> stage_evaluations(int evaluations, const std::vector<int>& shares,
                                   const std::string& path = "solver.");

class Ilo : public Solver {
 public:
  explicit Ilo(const IloOptions& options);  // throws ConfigError
  SolverState start(const Problem& problem, const std::vector<RowKey>& rows,
                    const RandomStreams& streams) const override;
  StepReport step(SolverState& state, const Problem& problem,
                  const RandomStreams& streams) const override;
  std::int64_t total_steps() const override { return schedule_.steps(); }
  std::string describe() const override;

 private:
  LatentState projected(const LatentState& v, const SolverState& state) const;

  IloOptions options_;
  std::vector<int> evaluations_;  // of each stage
  Schedule schedule_;
};

}  // namespace sgilo
