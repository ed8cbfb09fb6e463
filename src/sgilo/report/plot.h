// Line charts: axes with ticks, linear or logarithmic, and a legend; as SVG text and as a picture.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

enum class AxisScale { linear, logarithmic };
enum class SeriesStyle { line, points, line_and_points };

struct Series {
  std::string label;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> error;  // half length of a bar at each point, in units of y; may be empty
  SeriesStyle style = SeriesStyle::line;
};

struct LinePlot {
  std::string title;
  std::string x_label;
  std::string y_label;
  AxisScale x_scale = AxisScale::linear;
  AxisScale y_scale = AxisScale::linear;
  std::vector<Series> series;
  int width = 760;  // pixels, legend included
  int height = 440;
};

// A point that is not finite, or not positive on a logarithmic axis, leaves a gap in its line. Both
// throw ConfigError when x, y and error of a series differ in length, or when the plot is too small
// for its axes.
std::string plot_svg(const LinePlot& plot);  // one <svg> element, to stand in a page or a file
Tensor plot_picture(const LinePlot& plot);   // [3, height, width] in [-1, 1]

bool can_show(double value, AxisScale scale);  // finite, and positive on a logarithmic axis

struct AxisLimits {
  double low, high;
};

// The limits of the values that can be shown, with a small margin; some interval when there are
// none, or one alone.
AxisLimits axis_limits(const std::vector<double>& values, AxisScale scale);

// Positions of ticks between two limits: multiples of 1, 2 or 5 times a power of ten, about `most`
// of them; on a logarithmic axis powers of ten, with 2 and 5 times these over fewer than two
// decades.
std::vector<double> axis_ticks(double low, double high, AxisScale scale, int most = 6);

}  // namespace sgilo
