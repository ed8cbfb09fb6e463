#include "sgilo/theory/advice.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/options_json.h"
#include "sgilo/theory/mean_field.h"

namespace sgilo {
namespace {

// A posterior about as wide as the accuracy, and one that theorem A.4 is seen to hold for.
double concentration_of(const AdviceOptions& o) {
  if (o.noise_std > 0 && o.inverse_temperature > 0)
    throw ConfigError(
        "noise_std and inverse_temperature say the same: only one of them may be given");
  if (o.noise_std == 0 && o.inverse_temperature == 0)
    return std::max(100.0, 1 / (o.accuracy * o.accuracy));
  const double beta = o.noise_std > 0 ? 1 / (o.noise_std * o.noise_std) : o.inverse_temperature;
  return beta * o.latent_norm * o.latent_norm / static_cast<double>(o.dimension);
}

// From the saddle to a ball that is wide against the posterior. It hardly depends on eta.
double time_to_the_ball(int depth, double concentration, std::int64_t dimension) {
  const PopulationLandscape landscape(depth);
  const double radius = std::max(0.2, 1.77 / std::sqrt(concentration));
  constexpr double kLongest = 1e4;
  const double time = mean_field_time(
      landscape, {concentration, 0.02, dimension}, {-landscape.saddle_radius(), 0},
      [&](AxialPoint x) { return distance_to_latent(x) < radius; }, kLongest);
  if (!(time <= kLongest))
    throw ConfigError(concat("Langevin dynamics takes a time eta k of more than ", kLongest,
                             " from the saddle to x* at C = beta |x*|^2 / n = ", concentration,
                             " and depth ", depth, ": raise the noise"));
  return time;
}

}  // namespace

Advice advise(const AdviceOptions& options) {
  validate(options, "");
  if (options.measurements > 0 && options.measurements <= options.dimension)
    throw ConfigError(concat("measurements must be more than the latent's dimension ",
                             options.dimension, ", but are ", options.measurements));
  const double n = static_cast<double>(options.dimension), s = options.latent_norm;
  const double ratio =
      options.measurements > 0 ? std::sqrt(n / static_cast<double>(options.measurements)) : 0;
  Advice a{};
  a.concentration = concentration_of(options);
  constexpr double kLeast = 1e-3;
  if (!(a.concentration >= kLeast))
    throw ConfigError(concat("C = beta |x*|^2 / n must be at least ", kLeast, ", but is ",
                             a.concentration, ": the measurements say nothing about x*"));
  a.inverse_temperature = a.concentration * n / (s * s);
  a.spread = s / std::sqrt(a.concentration);
  a.greatest_curvature = (1 + ratio) * (1 + ratio);
  a.least_curvature = (1 - ratio) * (1 - ratio);

  const double l = a.greatest_curvature, own_spread = a.spread / std::sqrt(l);
  const double widening = 1 + options.accuracy / 2 * s / own_spread;
  a.step_size = std::min(2 / l * (1 - 1 / (widening * widening)), 1 / l);
  a.bias = own_spread * (1 / std::sqrt(1 - a.step_size * l / 2) - 1);
  a.hitting_time = time_to_the_ball(options.depth, a.concentration, options.dimension);
  const double steps = std::ceil(
      (a.hitting_time + std::log(2 / options.accuracy) / a.least_curvature) / a.step_size);
  if (!(steps < 1e15))
    throw ConfigError(concat("these settings take ", steps,
                             " steps: accept a larger error or more measurements"));
  a.steps = static_cast<std::int64_t>(steps);
  return a;
}

}  // namespace sgilo
