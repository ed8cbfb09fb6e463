#include "sgilo/sampling/noise_schedule.h"

#include <cmath>

#include "sgilo/core/options_json.h"

namespace sgilo {

std::vector<double> noise_levels(const NoiseScheduleOptions& options) {
  validate(options, "schedule.");
  if (options.last_std > options.first_std)
    throw ConfigError(concat("schedule.last_std must be at most schedule.first_std = ",
                             options.first_std, ", but is ", options.last_std));
  const double first = options.first_std, last = options.last_std;
  std::vector<double> stds;
  for (int i = 0; i < options.levels; ++i) {
    const double u = options.levels > 1 ? static_cast<double>(i) / (options.levels - 1) : 0.0;
    switch (options.spacing) {
      case NoiseSpacing::geometric:
        stds.push_back(first * std::pow(last / first, u));
        break;
      case NoiseSpacing::rho: {
        const double a = std::pow(first, 1 / options.rho), b = std::pow(last, 1 / options.rho);
        stds.push_back(std::pow(a + u * (b - a), options.rho));
        break;
      }
      case NoiseSpacing::linear:
        stds.push_back(first + u * (last - first));
        break;
    }
  }
  return stds;
}

std::vector<double> times_of(const std::vector<double>& stds, const Sde& sde) {
  std::vector<double> times;
  for (const double std : stds) times.push_back(sde.t_of_std(std));
  return times;
}

}  // namespace sgilo
