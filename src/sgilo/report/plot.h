// The line chart of a run's report, as SVG: linear axes with ticks, and a legend. Figures are
// gnuplot's (figure.h); this one is drawn by hand, so that `solve` needs no other program.
#pragma once

#include <string>
#include <vector>

namespace sgilo {

struct Series {
  std::string label;  // in the legend; may be empty
  std::vector<double> x;
  std::vector<double> y;
};

struct LinePlot {
  std::string title = {};
  std::string x_label = {}, y_label = {};
  std::vector<Series> series = {};
};

// One <svg> element, to stand in a page. A point that is not finite leaves a gap in its line.
// Throws ConfigError when x and y of a series differ in length.
std::string plot_svg(const LinePlot& plot);

}  // namespace sgilo
