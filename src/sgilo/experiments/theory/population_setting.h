// The population landscape at one dimension and concentration, with what experiments ask of it.
#pragma once

#include <cmath>

#include "sgilo/experiments/theory/theory.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/coupling.h"
#include "sgilo/theory/starts.h"
#include "sgilo/theory/stationary_law.h"

namespace sgilo {

// grad L as chains take it.
inline GradientField gradient_of(const PopulationLandscape& landscape) {
  return [landscape](const Tensor& x) { return landscape.gradient(x); };
}

struct PopulationSetting {
  PopulationLandscape landscape;
  std::int64_t dimension;  // n
  double concentration;    // C

  explicit PopulationSetting(const TheoryOptions& options)
      : PopulationSetting(options.depth, options.dimension, options.concentration) {}
  PopulationSetting(int depth, std::int64_t n, double c)
      : landscape(depth), dimension(n), concentration(c) {}

  double inverse_temperature() const { return concentration * static_cast<double>(dimension); }
  // W2 between the chain's stationary law and mu where the loss is quadratic with curvature 1.
  double quadratic_bias(double step_size) const {
    return quadratic_stationary_bias(step_size) / std::sqrt(concentration);
  }
  StationaryLaw law() const { return {landscape, dimension, inverse_temperature()}; }
  GradientField gradient() const { return gradient_of(landscape); }
  // Rows at `position` times x*: [chains, n] float64.
  Tensor on_axis(std::int64_t chains, double position) const {
    return on_the_axis(position, chains, dimension, torch::kFloat64);
  }
  Tensor at_saddle(std::int64_t chains) const {
    return on_axis(chains, -landscape.saddle_radius());
  }
};

// The quantiles that stand for an exact marginal law.
inline constexpr std::int64_t kExactQuantiles = 20000;

}  // namespace sgilo
