#include "sgilo/sampling/sde.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sgilo/core/options_json.h"

namespace sgilo {
namespace {

// One definition for numbers and tensors; the functions of tensors are found by their argument.
using std::exp, std::expm1, std::log, std::sqrt;

template <class T>
T log_mean_scale_of(const SdeOptions& o, const T& t) {
  if (o.kind == SdeKind::ve) return t * 0.0;
  return t * t * (-0.25 * (o.beta_max - o.beta_min)) - t * (0.5 * o.beta_min);
}

template <class T>
T std_of(const SdeOptions& o, const T& t) {
  if (o.kind == SdeKind::ve) return exp(t * std::log(o.std_max / o.std_min)) * o.std_min;
  const T variance = -expm1(log_mean_scale_of(o, t) * 2.0);
  return o.kind == SdeKind::vp ? T(sqrt(variance)) : variance;
}

template <class T>
T drift_rate_of(const SdeOptions& o, const T& t) {
  if (o.kind == SdeKind::ve) return t * 0.0;
  return (t * (o.beta_max - o.beta_min) + o.beta_min) * -0.5;
}

template <class T>
T diffusion_of(const SdeOptions& o, const T& t) {
  if (o.kind == SdeKind::ve) return std_of(o, t) * std::sqrt(2 * std::log(o.std_max / o.std_min));
  const T beta = drift_rate_of(o, t) * -2.0;
  if (o.kind == SdeKind::vp) return sqrt(beta);
  return sqrt(-expm1(log_mean_scale_of(o, t) * 4.0) * beta);
}

// t >= 0 with m(t) = m: the positive root of t^2 (beta_max - beta_min)/4 + t beta_min/2 + m = 0.
template <class T>
T t_of_log_mean(const SdeOptions& o, const T& m) {
  const double half = 0.5 * o.beta_min;
  return m * -2.0 / (sqrt(m * -(o.beta_max - o.beta_min) + half * half) + half);
}

template <class T>
T t_of_std_unclamped(const SdeOptions& o, const T& value) {
  if (o.kind == SdeKind::ve) return log(value / o.std_min) / std::log(o.std_max / o.std_min);
  const T variance = o.kind == SdeKind::vp ? T(value * value) : value;
  using std::log1p;
  return t_of_log_mean(o, T(log1p(-variance) * 0.5));
}

}  // namespace

Sde::Sde(const SdeOptions& options) : options_(options) {
  validate(options_, "sde.");
  if (options_.beta_max < options_.beta_min)
    throw ConfigError(concat("sde.beta_max must be at least sde.beta_min = ", options_.beta_min,
                             ", but is ", options_.beta_max));
  if (options_.std_max <= options_.std_min)
    throw ConfigError(concat("sde.std_max must be above sde.std_min = ", options_.std_min,
                             ", but is ", options_.std_max));
}

std::string Sde::describe() const {
  if (kind() == SdeKind::ve)
    return concat("ve (std ", options_.std_min, " to ", options_.std_max, ")");
  return concat(word_of(kind()), " (beta ", options_.beta_min, " to ", options_.beta_max, ")");
}

double Sde::log_mean_scale(double t) const { return log_mean_scale_of(options_, t); }
double Sde::mean_scale(double t) const { return std::exp(log_mean_scale(t)); }
double Sde::std(double t) const { return std_of(options_, t); }
double Sde::noise_ratio(double t) const { return std(t) / mean_scale(t); }
double Sde::drift_rate(double t) const { return drift_rate_of(options_, t); }
double Sde::diffusion(double t) const { return diffusion_of(options_, t); }
Tensor Sde::log_mean_scale(const Tensor& t) const { return log_mean_scale_of(options_, t); }
Tensor Sde::mean_scale(const Tensor& t) const { return log_mean_scale(t).exp(); }
Tensor Sde::std(const Tensor& t) const { return std_of(options_, t); }
Tensor Sde::noise_ratio(const Tensor& t) const { return std(t) / mean_scale(t); }
Tensor Sde::drift_rate(const Tensor& t) const { return drift_rate_of(options_, t); }
Tensor Sde::diffusion(const Tensor& t) const { return diffusion_of(options_, t); }
double Sde::prior_std() const { return kind() == SdeKind::ve ? options_.std_max : 1.0; }

Tensor Sde::prior_log_density(const Tensor& x) const {
  const Tensor flat = x.flatten(1);
  const double variance = prior_std() * prior_std();
  return flat.square().sum(1) / (-2 * variance) -
         0.5 * static_cast<double>(flat.size(1)) * std::log(2 * std::numbers::pi * variance);
}

double Sde::t_of_std(double value) const {
  return t_of_std_unclamped(options_, std::clamp(value, std(0.0), std(1.0)));
}

Tensor Sde::t_of_std(const Tensor& value) const {
  return t_of_std_unclamped(options_, value.clamp(std(0.0), std(1.0)));
}

double Sde::t_of_noise_ratio(double ratio) const {
  const double r = std::clamp(ratio, noise_ratio(0.0), noise_ratio(1.0));
  switch (kind()) {
    case SdeKind::vp:  // ratio^2 = e^{-2m} - 1
      return t_of_log_mean(options_, -0.5 * std::log1p(r * r));
    case SdeKind::subvp:  // e^{-m} - e^m = ratio
      return t_of_log_mean(options_, -std::asinh(0.5 * r));
    case SdeKind::ve:
      break;
  }
  return t_of_std(r);
}

Tensor Sde::diffuse(const Tensor& x, double t, const Tensor& noise) const {
  return x * mean_scale(t) + noise * std(t);
}

Tensor Sde::denoised(const Tensor& x_t, double t, const Tensor& score) const {
  return (x_t + score * (std(t) * std(t))) / mean_scale(t);
}

Transition Sde::transition(double from_t, double to_t) const {
  Transition step{.t = to_t, .dt = to_t - from_t, .std_ratio = std(from_t) / std(to_t)};
  const double log_scale = log_mean_scale(to_t) - log_mean_scale(from_t);
  step.scale = std::exp(log_scale);
  step.variance = kind() == SdeKind::vp
                      ? -std::expm1(2 * log_scale)
                      : std(to_t) * std(to_t) - step.scale * step.scale * std(from_t) * std(from_t);
  return step;
}

// The product is float32, as in the released program: the index decides the level.
int Sde::discrete_index(double t) const {
  return static_cast<int>(static_cast<float>(t) * static_cast<float>(options_.scales - 1));
}

double Sde::discrete_beta(int index) const {
  const double position =
      options_.scales > 1 ? static_cast<double>(index) / (options_.scales - 1) : 0.0;
  return (options_.beta_min + position * (options_.beta_max - options_.beta_min)) / options_.scales;
}

double Sde::discrete_std(int index) const {
  return std(options_.scales > 1 ? static_cast<double>(index) / (options_.scales - 1) : 0.0);
}

Transition Sde::discrete_transition(double t) const {
  const int n = options_.scales, i = discrete_index(t);
  Transition step{.t = t, .dt = 1.0 / n};
  switch (kind()) {
    case SdeKind::vp:
      step.variance = discrete_beta(i);
      step.scale = std::sqrt(1 - step.variance);
      break;
    case SdeKind::subvp:
      step.scale = 1 + drift_rate(t) / n;
      step.variance = diffusion(t) * diffusion(t) / n;
      break;
    case SdeKind::ve: {
      const double now = discrete_std(i), before = i > 0 ? discrete_std(i - 1) : 0.0;
      step.variance = now * now - before * before;
      step.std_ratio = before / now;
      break;
    }
  }
  return step;
}

Tensor Sde::discrete_betas() const {
  std::vector<double> betas;
  for (int i = 0; i < options_.scales; ++i) betas.push_back(discrete_beta(i));
  return torch::tensor(betas, torch::kFloat64);
}

Tensor Sde::alphas_cumprod() const { return (1 - discrete_betas()).cumprod(0); }

Tensor Sde::discrete_stds() const {
  std::vector<double> stds;
  for (int i = 0; i < options_.scales; ++i) stds.push_back(discrete_std(i));
  return torch::tensor(stds, torch::kFloat64);
}

double Sde::discrete_alpha(double t) const {
  return kind() == SdeKind::ve ? 1.0 : 1 - discrete_beta(discrete_index(t));
}

}  // namespace sgilo
