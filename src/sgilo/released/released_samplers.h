// The samplers of the program that SGILO released (Daras et al. 2022), for runs that repeat its
// numbers: each step is the corrector, then the predictor, on the discrete tables of
// `sde.options().scales` levels. Our own samplers are predictor_corrector and probability_flow.
//   cold     from the prior down the times linspace(1, 1e-3, scales); the `eps` of the released
//            configurations reaches none of these samplers
//   hot      from a given x, `hot_steps` steps at the fixed time 0.01
//   prior    like cold, each state mixed with that level's data; the corrector has no effect
//   reverse  from a given x up the times linspace(1e-3, 1, scales)
//   ode      the probability flow from a given x, to its own tolerance
// Draws, in call order: the start of cold and prior [N, ...], then for each step
// `corrector_steps` for the corrector and one for the predictor (with Corrector::none or
// Predictor::none none for it). The released Euler-Maruyama draws before it evaluates the score and
// the others after it, which does not show in the order of the draws.
#pragma once

#include "sgilo/released/draw_source.h"
#include "sgilo/sampling/probability_flow.h"
#include "sgilo/sampling/reverse_sde.h"

namespace sgilo {

struct ReleasedSamplerOptions {
  Predictor predictor = Predictor::euler_maruyama;
  Corrector corrector = Corrector::ald;
  int corrector_steps = 1;
  double snr = 1e-4;
  int hot_steps = 1;
  double t_index = 1;
  bool denoise = true;
  bool probability_flow = false;
  double measurements_strength = 0.25;
  static constexpr auto fields() {
    using O = ReleasedSamplerOptions;
    return std::tuple{
        field("predictor", &O::predictor,
              "none, euler_maruyama, reverse_diffusion or ancestral_sampling"),
        field("corrector", &O::corrector, "none, langevin or ald"),
        field("corrector_steps", &O::corrector_steps,
              "corrector steps before each predictor step (released: n_steps)", positive<int>),
        field("snr", &O::snr, "signal-to-noise ratio of the corrector", positive<double>),
        field("hot_steps", &O::hot_steps, "hot: steps at time 0.01", positive<int>),
        field("t_index", &O::t_index,
              "cold: part of the levels that is run, from level scales * (1 - t_index) on",
              positive_fraction<double>),
        field("denoise", &O::denoise, "cold, ode: return the last state without its noise"),
        field("probability_flow", &O::probability_flow,
              "predictor steps of the probability flow instead of the reverse SDE"),
        field("measurements_strength", &O::measurements_strength,
              "prior: weight of the data in each state", fraction<double>)};
  }
};

// All throw ConfigError for a predictor that the released program lacks.

// From x [N, ...] to the mean of the last predictor step, so that its noise has no effect.
Tensor released_hot_sampler(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                            const ReleasedSamplerOptions& options, const DrawSource& draws);

// shape [N, ...]. The last state, without its noise when options.denoise is set.
Tensor released_cold_sampler(const ScoreFunction& score, const Sde& sde, const Shape& shape,
                             const ReleasedSamplerOptions& options, const DrawSource& draws);

// level_data [scales, N, ...], taken from the last level to the first:
// x <- strength level_data + (1 - strength) predicted x.
Tensor released_prior_sampler(const ScoreFunction& score, const Sde& sde, const Tensor& level_data,
                              const ReleasedSamplerOptions& options, const DrawSource& draws);

// The states after all steps: [scales, N, ...].
Tensor released_reverse_sampler(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                                const ReleasedSamplerOptions& options, const DrawSource& draws);

// The probability flow from x [N, ...] at t = 1 to 1e-3; with options.denoise then the mean of one
// reverse_diffusion step at 1e-3. Takes no draws.
Tensor released_ode_sampler(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                            const ReleasedSamplerOptions& options,
                            const ProbabilityFlowOptions& ode, Observer& observer);

}  // namespace sgilo
