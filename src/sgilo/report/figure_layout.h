// Where the parts of a figure stand: limits of the axes, boxes of the panels, legends that cover no
// data. Lengths are pixels of the SVG, positions count from the top left corner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sgilo/report/figure.h"

namespace sgilo {

inline constexpr double kFigureFont = 15;       // height of the letters' cells
inline constexpr double kFigureTitleFont = 18;  // bold
inline constexpr double kLegendSample = 30;     // length of the piece of line before an entry

struct Box {
  double left = 0, top = 0, width = 0, height = 0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

struct AxisLayout {
  AxisScale scale = AxisScale::linear;
  AxisLimits limits{0, 1};
  std::vector<double> ticks;
  double position(double value) const;  // 0 at the lower limit, 1 at the upper one
  bool has_powers() const;              // ticks are powers of ten and are written so
};
std::string tick_text(const AxisLayout& axis, double tick);

struct LegendEntry {
  std::size_t curve = 0;
  double left = 0, middle = 0;  // of the sample; the text follows
};

struct PanelLayout {
  AxisLayout x, y, y2, colours;
  Box inside;                                          // of the axes
  Box colour_bar;                                      // of a heat map
  double title = 0, strip_text = 0, x_label = 0;       // middles of lines of text, from the top
  double y_label = 0, y2_label = 0, colour_label = 0;  // from the left
  std::vector<LegendEntry> legend;
};

struct FigureLayout {
  double width = 0, height = 0;
  double title = 0;
  std::vector<PanelLayout> panels;
};

// Titles and labels that are too long for their panels on several lines.
Figure with_folded_texts(const Figure& figure);

// Throws ConfigError for a legend's place that is none.
FigureLayout figure_layout(const Figure& figure);

// Whether a mark's text stands above it: below, near the upper edge of the panel.
bool mark_is_above(const PanelLayout& layout, const Mark& mark);

// Estimated, for DejaVu Sans; the widest of several lines.
double text_pixels(std::string_view text, double font = kFigureFont);

}  // namespace sgilo
