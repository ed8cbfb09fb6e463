// Settings of Langevin dynamics for the posterior of a latent, from the theory of SGILO (theorem
// A.4) with the constants that the laboratory found:
//   C = beta |x*|^2 / n,  beta = 1 / sigma^2;
//   eta: the stationary bias sqrt(n / (beta l)) ((1 - eta l / 2)^{-1/2} - 1) of curvatures up to l,
//     about eta |x*| / (4 sqrt(C)), takes half of the accuracy; and eta <= 1 / l;
//   steps = (T0 + log(2 / eps) / l_min) / eta: T0 from the saddle behind x* to its neighbourhood
//     (mean_field.h), then contraction to the other half.
// Curvatures near x* lie in (1 -+ sqrt(n / m))^2.
#pragma once

#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"

namespace sgilo {

struct AdviceOptions {
  double noise_std = 0;
  double inverse_temperature = 0;
  std::int64_t dimension = 20;
  std::int64_t measurements = 0;
  double latent_norm = 1;
  int depth = 2;
  double accuracy = 0.1;

  static constexpr auto fields() {
    using O = AdviceOptions;
    return std::tuple{
        field("noise_std", &O::noise_std,
              "sigma of the noise in each measurement (0: say beta, or leave it to the advice)",
              non_negative<double>),
        field("inverse_temperature", &O::inverse_temperature, "beta = 1 / sigma^2, instead",
              non_negative<double>),
        field("dimension", &O::dimension, "n: of the latent",
              Check<std::int64_t>{"at least 2", [](const std::int64_t& n) { return n >= 2; }}),
        field("measurements", &O::measurements, "m (0: many against n)",
              non_negative<std::int64_t>),
        field("latent_norm", &O::latent_norm, "|x*|", positive<double>),
        field("depth", &O::depth, "layers d of the network",
              Check<int>{"from 2 to 100", [](const int& d) { return d >= 2 && d <= 100; }}),
        field("accuracy", &O::accuracy,
              "eps: Wasserstein distance to the posterior, in units of |x*|",
              Check<double>{"in (0, 1)", [](const double& e) { return e > 0 && e < 1; }})};
  }
};

struct Advice {
  double concentration;        // C
  double inverse_temperature;  // beta
  double spread;               // sqrt(n / beta), about E|x - x*| under the posterior
  double greatest_curvature, least_curvature;
  double step_size;     // eta
  double bias;          // of the stationary law, at most eps |x*| / 2
  double hitting_time;  // T0, as Langevin time eta k
  std::int64_t steps;
};

// Throws ConfigError for options out of range, for a noise and an inverse temperature at once, and
// for measurements that are not more than n: these leave directions undetermined.
Advice advise(const AdviceOptions& options);

}  // namespace sgilo
