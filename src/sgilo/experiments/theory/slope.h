// The slope of the straight line nearest to points in least squares.
#pragma once

#include <cmath>
#include <vector>

namespace sgilo {

inline double slope_of(const std::vector<double>& x, const std::vector<double>& y) {
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / static_cast<double>(x.size());
    mean_y += y[i] / static_cast<double>(x.size());
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / xx;
}

// d log y / d log x.
inline double logarithmic_slope(std::vector<double> x, std::vector<double> y) {
  for (double& value : x) value = std::log(value);
  for (double& value : y) value = std::log(value);
  return slope_of(x, y);
}

}  // namespace sgilo
