// The loop of the program that SGILO released (Daras et al. 2022), for runs that repeat its numbers
// with its own files; the posterior of the paper is sampled by solvers/sgilo.h. Round r = 0, 1, ...
// starts block r from the features x_r of a ReleasedGenerator and takes, `steps[r]` times,
//   x = clamp(G2(x_r, z, n));  loss = mse ||A(x) - y||^2 / numbers + geocross(z from row 2 r on);
//   d_z = S_z(z) - z, d_x = S_r(x_r) - x_r     S: a few hot sampler steps of the learned scores
//   Adam on the variables named;  z += T_z d_z + noise,  x_r += T_r d_x + noise (r > 0)
//   z and n back to their spheres
// and leaves x_{r+1}, what block r makes of it. The program's LPIPS term and its choice of the best
// of all iterations by the reference image are left out.
//
// As there, the loss is one mean over the batch, so that results depend in their last digits on the
// images and chains beside them, and the sampler's displacement is scaled by a temperature. With
// measurements [C, h, w] the mean goes over A(x) and y resized to the image; measurements of
// another shape (the kept pixels of a mask) count as an image that agrees everywhere else.
// The problem's priors of stage r hold the scores of normalised variables (ValueRange), those of codes
// [N, w, rows, 1] and of layers [N, C, r, r]. Of the likelihood the loop takes nothing but that it is
// Gaussian: its loss is the published squared error, without sigma and model error.
#pragma once

#include "sgilo/released/released_samplers.h"
#include "sgilo/solvers/schedule.h"
#include "sgilo/solvers/solver.h"
#include "sgilo/solvers/stage_lists.h"

namespace sgilo {

// A variable as the released score networks see it, u = (x - min) / (max - min + 1e-8).
struct ValueRange {
  double min = -1;
  double max = 1;
  Tensor normalised(const Tensor& x) const;
  Tensor restored(const Tensor& u) const;
  static constexpr auto fields() {
    return std::tuple{field("min", &ValueRange::min, "what the score takes for 0"),
                      field("max", &ValueRange::max, "what the score takes for 1")};
  }
};

inline constexpr Check<std::vector<std::string>> variables_of_rounds{
    "a list of words of the letters n, l and g", [](const std::vector<std::string>& words) {
      for (const std::string& word : words)
        if (word.empty() || word.find_first_not_of("nlg") != std::string::npos) return false;
      return !words.empty();
    }};

// The defaults are the published ones. Lists are per round; the last value holds for the rounds
// beyond.
struct ReleasedSgiloOptions {
  static constexpr std::string_view kind = "released_sgilo";
  int chains = 1;
  std::vector<int> steps = {300, 300, 300};
  std::vector<double> learning_rates = {0.05};
  std::vector<std::string> variables = {"nlg"};
  std::vector<double> mse = {1};
  double geocross = 0.001;
  std::vector<double> style_temperatures = {0.1};
  std::vector<double> layer_temperatures = {0, 0.1};
  double style_noise = 0.025;
  double layer_noise = 0.025;
  bool project_styles = true;
  bool project_noises = true;
  int noises_lookahead = 1;
  bool start_at_ones = true;
  ValueRange style_range{-3.0592, 3.0290};
  ValueRange layer_range{-1.4007, 2.3453};
  ReleasedSamplerOptions style_sampler;
  ReleasedSamplerOptions layer_sampler;
  static constexpr auto fields() {
    using O = ReleasedSgiloOptions;
    return std::tuple{
        field("chains", &O::chains, "chains per image", positive<int>),
        field("steps", &O::steps, "steps of rounds 0, 1, ...", all_positive<int>),
        field("learning_rates", &O::learning_rates, "Adam's rate", all_positive<double>),
        field("variables", &O::variables,
              "what Adam moves: n (noise inputs), l (styles), g (the layer)", variables_of_rounds),
        field("mse", &O::mse, "weight of the squared error", non_negative_list),
        field("geocross", &O::geocross, "weight of the styles' geodesic cross loss",
              non_negative<double>),
        field("style_temperatures", &O::style_temperatures,
              "share of the style score's displacement (0: the score is not used)",
              non_negative_list),
        field("layer_temperatures", &O::layer_temperatures,
              "the same for the layer's score; 0 adds no noise to the layer, and round 0 has none",
              non_negative_list),
        field("style_noise", &O::style_noise, "standard deviation of noise added to the styles",
              non_negative<double>),
        field("layer_noise", &O::layer_noise, "the same for the layer", non_negative<double>),
        field("project_styles", &O::project_styles,
              "keep each style row at its norm at the round's start"),
        field("project_noises", &O::project_noises, "the same for each line of each noise input"),
        field("noises_lookahead", &O::noises_lookahead,
              "noise inputs that round 0 may move; each round may move two more",
              non_negative<int>),
        field("start_at_ones", &O::start_at_ones, "start from styles of ones (false: from a draw)"),
        field("style_range", &O::style_range, "normalisation of the styles for their score"),
        field("layer_range", &O::layer_range, "normalisation of the layers for their scores"),
        field("style_sampler", &O::style_sampler, "hot sampler of the styles"),
        field("layer_sampler", &O::layer_sampler, "hot sampler of the layers")};
  }
};

class ReleasedSgilo : public Solver {
 public:
  // Draws are of the solver's streams, or else from `draws`: per step those of the style sampler,
  // of the layer sampler, then the noise of the styles and of the layer. Throws ConfigError.
  explicit ReleasedSgilo(const ReleasedSgiloOptions& options, DrawSource draws = {});
  SolverState start(const Problem& problem, const std::vector<RowKey>& rows,
                    const RandomStreams& streams) const override;
  StepReport step(SolverState& state, const Problem& problem,
                  const RandomStreams& streams) const override;
  std::int64_t total_steps() const override { return schedule_.steps(); }
  std::string describe() const override;

  // What the step to come differentiates.
  struct Loss {
    Tensor image;          // [rows, C, H, W], clamped
    Tensor mse, geocross;  // [rows], weighted; the loss is the mean of their sum over the rows
    LatentState gradient;  // of the variables that Adam moves; 0 where they have no part
  };
  Loss loss(const SolverState& state, const Problem& problem) const;

 private:
  struct Drifts;
  Drifts drifts(SolverState& state, const Problem& problem, const DrawSource& draws) const;
  LatentState next_variables(const SolverState& state, const Problem& problem) const;
  void enter_round(SolverState& state, const Problem& problem) const;
  std::vector<bool> moved(const LatentState& state) const;
  bool follows_score(Role role, int round) const;

  ReleasedSgiloOptions options_;
  Schedule schedule_;
  DrawSource draws_;
};

}  // namespace sgilo
