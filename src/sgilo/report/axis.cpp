#include "sgilo/report/axis.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgilo {

bool can_show(double value, AxisScale scale) {
  return std::isfinite(value) && (scale == AxisScale::linear || value > 0);
}

AxisLimits axis_limits(const std::vector<double>& values, AxisScale scale) {
  const bool logarithmic = scale == AxisScale::logarithmic;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values)
    if (can_show(value, scale)) {
      const double coordinate = logarithmic ? std::log10(value) : value;
      low = std::min(low, coordinate);
      high = std::max(high, coordinate);
    }
  if (low > high) {
    low = 0;
    high = 1;
  }
  // Wide enough for ticks to differ in six digits.
  const double margin =
      std::max(0.04 * (high - low), low == high ? (low == 0 ? 1.0 : 0.1 * std::abs(low))
                                                : 1e-5 * std::max(std::abs(low), std::abs(high)));
  low -= margin;
  high += margin;
  return logarithmic ? AxisLimits{std::pow(10, low), std::pow(10, high)} : AxisLimits{low, high};
}

std::vector<double> axis_ticks(double low, double high, AxisScale scale, int most) {
  std::vector<double> ticks;
  if (scale == AxisScale::logarithmic) {
    const double decades = std::log10(high / low);
    if (decades >= 1) {
      // At most eight labels: every power of ten, or every second, third, ...
      const int stride = std::max(1, static_cast<int>(std::ceil(decades / 8)));
      for (int power = static_cast<int>(std::floor(std::log10(low)));
           power <= static_cast<int>(std::ceil(std::log10(high))); ++power) {
        if (power % stride != 0) continue;
        for (const double factor : {1.0, 2.0, 5.0}) {
          const double tick = factor * std::pow(10, power);
          if (tick >= low && tick <= high && (factor == 1 || decades < 2)) ticks.push_back(tick);
        }
      }
      return ticks;
    }
  }
  const double rough = (high - low) / most;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0})
    if (factor * power >= 0.999 * rough) step = factor * power;
  for (double index = std::ceil(low / step); index <= std::floor(high / step); ++index)
    ticks.push_back(index == 0 ? 0.0 : index * step);
  return ticks;
}

}  // namespace sgilo
