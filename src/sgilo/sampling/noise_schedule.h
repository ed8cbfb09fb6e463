// Decreasing noise levels: geometric, linear, or linear in std^{1/rho} (Karras et al. 2022,
// "Elucidating the design space of diffusion-based generative models", equation 5).
#pragma once

#include <array>
#include <vector>

#include "sgilo/sampling/sde.h"

namespace sgilo {

enum class NoiseSpacing { geometric, rho, linear };
template <>
struct EnumWords<NoiseSpacing> {
  static constexpr std::array<std::string_view, 3> words{"geometric", "rho", "linear"};
};

struct NoiseScheduleOptions {
  NoiseSpacing spacing = NoiseSpacing::geometric;
  int levels = 20;
  double first_std = 0.9;
  double last_std = 0.05;
  double rho = 7;
  static constexpr auto fields() {
    return std::tuple{
        field("spacing", &NoiseScheduleOptions::spacing, "geometric, rho or linear in std"),
        field("levels", &NoiseScheduleOptions::levels, "number of noise levels", positive<int>),
        field("first_std", &NoiseScheduleOptions::first_std, "largest noise level",
              positive<double>),
        field("last_std", &NoiseScheduleOptions::last_std, "smallest noise level",
              positive<double>),
        field("rho", &NoiseScheduleOptions::rho, "exponent of the rho spacing", positive<double>)};
  }
};

// Noise levels from first_std down to last_std. Throws ConfigError when last_std exceeds first_std.
std::vector<double> noise_levels(const NoiseScheduleOptions& options);

// The times at which the SDE has these standard deviations.
std::vector<double> times_of(const std::vector<double>& stds, const Sde& sde);

}  // namespace sgilo
