// Limits and ticks of the axes of plots and figures.
#pragma once

#include <vector>

namespace sgilo {

enum class AxisScale { linear, logarithmic };

bool can_show(double value, AxisScale scale);  // finite, and positive on a logarithmic axis

struct AxisLimits {
  double low, high;
};

// The limits of the values that can be shown, with a small margin; some interval when there are
// none, or one alone.
AxisLimits axis_limits(const std::vector<double>& values, AxisScale scale);

// Positions of ticks between two limits: multiples of 1, 2 or 5 times a power of ten, about `most`
// of them; on a logarithmic axis powers of ten,
// with 2 and 5 times these over fewer than two decades.
std::vector<double> axis_ticks(double low, double high, AxisScale scale, int most = 6);

}  // namespace sgilo
