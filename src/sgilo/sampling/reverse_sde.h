// The reverse-time SDE dx = (f x - g^2 score) dt + g dw, from t down to 0: predictors, Langevin
// correctors, and their alternation (Song et al. 2021, algorithms 1 to 5 and appendix G).
#pragma once

#include <array>

#include "sgilo/core/observer.h"
#include "sgilo/sampling/batch.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

// With the forward kernel x_t = r x_s + sqrt(v) xi and z ~ N(0, I):
//   euler_maruyama     mean = x - (f x - g^2 score) dt,         x = mean + g sqrt(dt) z
//   reverse_diffusion  mean = (2 - r) x + v score,              x = mean + sqrt(v) z
//   ancestral          mean = E[x_s | x_t] = (x + v score) / r, x = mean + sqrt(v) z (vp),
//                      mean + sqrt(v) std(s)/std(t) z (ve); not defined for subvp
//   exponential        mean as ancestral,                       x = mean + sqrt(v) std(s)/std(t) z:
//                      exact when x_0 is known; nothing of z remains in the step to t = 0
enum class Predictor { none, euler_maruyama, reverse_diffusion, ancestral, exponential };
template <>
struct EnumWords<Predictor> {
  static constexpr std::array<std::string_view, 5> words{
      "none", "euler_maruyama", "reverse_diffusion", "ancestral_sampling", "exponential"};
};

// Langevin steps at fixed t of size 2 alpha (snr ||z|| / ||score||)^2 (langevin) or
// 2 alpha (snr std(t))^2 (ald), alpha = 1 - beta_i of the discrete form (1 for ve).
enum class Corrector { none, langevin, ald };
template <>
struct EnumWords<Corrector> {
  static constexpr std::array<std::string_view, 3> words{"none", "langevin", "ald"};
};

struct Update {
  Tensor x;     // with the noise of the step
  Tensor mean;  // without it
};

// f x - g^2 score at the times t [N] of the rows of x [N, ...].
Tensor reverse_drift(const ScoreFunction& score, const Sde& sde, const Tensor& x, const Tensor& t);

// One predictor step. With `probability_flow` it is a step of that ODE: the score counts half, and
// no noise is added; only euler_maruyama and reverse_diffusion have this form.
Update predict(Predictor predictor, const ScoreFunction& score, const Sde& sde, const Tensor& x,
               const Transition& transition, const Tensor& noise, bool probability_flow = false);

// One corrector step. `shared_norms` takes one step size from norms averaged over the batch, as the
// released program does; otherwise each row has its own. Throws ConfigError where the table of the
// discrete form would make the step negative (scales < beta_max).
Update correct(Corrector corrector, const ScoreFunction& score, const Sde& sde, const Tensor& x,
               double t, double snr, const Tensor& noise, bool shared_norms = false);

struct PredictorCorrectorOptions {
  Predictor predictor = Predictor::reverse_diffusion;
  Corrector corrector = Corrector::langevin;
  int steps = 300;
  int corrector_steps = 1;
  double snr = 0.1;
  double first_t = 1;
  double last_t = 1e-3;
  bool denoise = true;
  static constexpr auto fields() {
    using O = PredictorCorrectorOptions;
    return std::tuple{
        field("predictor", &O::predictor,
              "none, euler_maruyama, reverse_diffusion, ancestral_sampling or exponential"),
        field("corrector", &O::corrector, "none, langevin or ald"),
        field("steps", &O::steps, "steps from first_t to last_t", positive<int>),
        field("corrector_steps", &O::corrector_steps, "corrector steps before each predictor step",
              non_negative<int>),
        field("snr", &O::snr, "signal-to-noise ratio of the corrector", positive<double>),
        field("first_t", &O::first_t, "time of the start", positive_fraction<double>),
        field("last_t", &O::last_t, "smallest time", positive_fraction<double>),
        field("denoise", &O::denoise, "return the expectation of x_0 given the last state")};
  }
};

// From a draw x_t [N, ...] of p_t at first_t to a sample of x_0 (of p_{last_t} without denoise).
Tensor predictor_corrector(const ScoreFunction& score, const Sde& sde, Tensor x_t,
                           const PredictorCorrectorOptions& options,
                           const std::vector<RandomStreams>& rows, Observer& observer);

}  // namespace sgilo
