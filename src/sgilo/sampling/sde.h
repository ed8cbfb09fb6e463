// The diffusions that smooth a prior: dx = f(t) x dt + g(t) dw, so that
// p(x_t | x_0) = N(mean_scale(t) x_0, std(t)^2 I), t in [0, 1] (Song et al. 2021, "Score-based
// generative modeling through stochastic differential equations"; SGILO section 2).
//   vp:    m(t) = -t^2 (beta_max - beta_min)/4 - t beta_min/2, mean e^m x_0, variance 1 - e^{2m}
//   subvp: the same mean, standard deviation 1 - e^{2m}
//   ve:    mean x_0, standard deviation std_min (std_max/std_min)^t
#pragma once

#include <array>
#include <string>

#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"

namespace sgilo {

enum class SdeKind { vp, subvp, ve };
template <>
struct EnumWords<SdeKind> {
  static constexpr std::array<std::string_view, 3> words{"vp", "subvp", "ve"};
};

struct SdeOptions {
  SdeKind kind = SdeKind::vp;
  double beta_min = 0.1;
  double beta_max = 20;
  double std_min = 0.01;
  double std_max = 50;
  int scales = 1000;
  static constexpr auto fields() {
    return std::tuple{
        field("kind", &SdeOptions::kind, "diffusion: vp, subvp or ve"),
        field("beta_min", &SdeOptions::beta_min, "vp, subvp: rate at t = 0", positive<double>),
        field("beta_max", &SdeOptions::beta_max, "vp, subvp: rate at t = 1", positive<double>),
        field("std_min", &SdeOptions::std_min, "ve: noise level at t = 0", positive<double>),
        field("std_max", &SdeOptions::std_max, "ve: noise level at t = 1", positive<double>),
        field("scales", &SdeOptions::scales, "levels of the discrete form", positive<int>)};
  }
};

// The forward kernel from time t - dt to t: x_t = scale x_{t-dt} + sqrt(variance) xi.
struct Transition {
  double t = 0;
  double dt = 0;
  double scale = 1;
  double variance = 0;
  double std_ratio = 0;  // std(t - dt) / std(t)
};

class Sde {
 public:
  // Throws ConfigError when beta_max < beta_min or std_max <= std_min.
  explicit Sde(const SdeOptions& options = {});

  const SdeOptions& options() const { return options_; }
  SdeKind kind() const { return options_.kind; }
  std::string describe() const;  // "vp (beta 0.1 to 20)"

  // Each at one time or elementwise on a tensor of times.
  double log_mean_scale(double t) const;  // m(t)
  double mean_scale(double t) const;      // e^{m(t)}
  double std(double t) const;
  double noise_ratio(double t) const;  // std / mean_scale: the noise in the coordinates of x_0
  double drift_rate(double t) const;   // f(t)
  double diffusion(double t) const;    // g(t)
  Tensor log_mean_scale(const Tensor& t) const;
  Tensor mean_scale(const Tensor& t) const;
  Tensor std(const Tensor& t) const;
  Tensor noise_ratio(const Tensor& t) const;
  Tensor drift_rate(const Tensor& t) const;
  Tensor diffusion(const Tensor& t) const;
  double prior_std() const;  // of p_1, taken as N(0, prior_std^2 I): 1 or std_max
  Tensor prior_log_density(const Tensor& x) const;  // of each row of x [N, ...], in nats: [N]

  // The inverses on [std(0), std(1)]; outside, the nearer end. t_of_std(0) is 0 for vp and subvp.
  double t_of_std(double std) const;
  double t_of_noise_ratio(double ratio) const;
  Tensor t_of_std(const Tensor& std) const;

  // x_t given x_0: mean_scale(t) x + std(t) noise.
  Tensor diffuse(const Tensor& x, double t, const Tensor& noise) const;
  // E[x_0 | x_t] = (x_t + std(t)^2 score) / mean_scale(t) (Tweedie).
  Tensor denoised(const Tensor& x_t, double t, const Tensor& score) const;

  // The exact kernel between two times, and the one of `scales` discrete levels that the released
  // program takes at time t, from the tables at index trunc(t (scales - 1)).
  Transition transition(double from_t, double to_t) const;
  Transition discrete_transition(double t) const;

  // The tables [scales], float64: beta_i rising from beta_min / scales to beta_max / scales and the
  // products of 1 - beta_0 .. 1 - beta_i (of vp, shared by subvp), the noise levels of ve.
  Tensor discrete_betas() const;
  Tensor alphas_cumprod() const;
  Tensor discrete_stds() const;
  double discrete_alpha(double t) const;  // 1 - beta_i at time t; 1 for ve

 private:
  int discrete_index(double t) const;
  double discrete_beta(int index) const;
  double discrete_std(int index) const;

  SdeOptions options_;
};

}  // namespace sgilo
