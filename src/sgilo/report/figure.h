// Figures of several panels for papers and talks: lines, points, error bars, bands, heat maps with
// contours, arrows and marks; drawn by gnuplot (the Debian package gnuplot-nox), which is well
// kept, writes PNG and SVG of one look, and whose script the user can change. Beside the pictures
// stand the numbers.
// Texts are UTF-8; _x, ^x, _{...} and ^{...} set x below or above the line (\_ and \^ are the
// letters), "\n" starts a line.
#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/report/axis.h"
#include "sgilo/report/table.h"

namespace sgilo {

inline constexpr double kAutomatic = std::numeric_limits<double>::quiet_NaN();

// Every part may be left out: Curve{"measured", CurveStyle::points, x, y}.
struct FigureAxis {
  std::string label = {};  // with its unit
  AxisScale scale = AxisScale::linear;
  double least = kAutomatic, most = kAutomatic;
};

enum class CurveStyle {
  line,
  dashed,  // predictions and references
  dotted,
  points,
  line_and_points,
  steps,  // empirical distribution functions
  band    // between `low` and `high`, filled
};

struct Curve {
  std::string label = {};  // in the data; if in_legend and not empty, in the legend
  CurveStyle style = CurveStyle::line;
  std::vector<double> x = {}, y = {};  // y of a band may be empty; nan: a gap
  // Ends of an error bar at each point, or of the band; may be empty.
  std::vector<double> low = {}, high = {};
  int colour = -1;           // of the palette; -1: the next of this panel
  bool second_axis = false;  // against the panel's y2
  bool in_legend = true;
};

// Values over a grid, drawn as colours. Both axes of its panel are linear.
struct HeatMap {
  std::string label = {};              // of the colours, with their unit
  std::vector<double> x = {}, y = {};  // centres of the cells, in equal steps
  Tensor values = {};                  // [y, x] float64; nan: no colour
  double least = kAutomatic, most = kAutomatic;
  bool diverging = false;             // colours meet at 0 (least = -most)
  std::vector<double> contours = {};  // levels drawn as lines
};

struct Arrows {
  std::vector<double> x = {}, y = {}, dx = {}, dy = {};
};

// A point; not drawn where it lies outside of the axes.
struct Mark {
  double x = 0, y = 0;
  std::string text = {};  // beside the point
};

// A vertical strip of the panel; its ends may lie beyond it.
struct Strip {
  double from = 0, to = 0;
  std::string text = {};  // above it
};

struct Panel {
  std::string title = {};
  FigureAxis x = {}, y = {};
  std::optional<FigureAxis> y2 = {};  // at the right
  std::vector<Curve> curves = {};
  std::optional<HeatMap> map = {};
  Arrows arrows = {};
  std::vector<Mark> marks = {};
  std::vector<Strip> strips = {};
  bool equal_units = false;  // one unit of x is as long as one of y
  // Where the legend stands: "top right", "top", "top left", "left", ..., or "below" the panel.
  // "best": the first of these where it covers no data.
  std::string legend = "best";
};

struct Figure {
  std::string name = {};  // of its files: "figure_06_hitting_time"
  std::string title = {};
  std::string caption = {};  // one or two sentences of what is seen, for the report
  std::vector<Panel> panels = {};
  int columns = 0;                            // panels side by side; 0: all
  int panel_width = 440, panel_height = 330;  // pixels of the SVG between the axes
};

// Throws ConfigError "gnuplot, which draws the figures,
// is not installed (Debian: apt install gnuplot-nox)".
void require_gnuplot();

// Every number of the figure: panel (from 1), kind (curve, map, arrow, mark, strip), label, x, y,
// low, high, dx, dy, value (of a map).
Table figure_data(const Figure& figure);

// Writes <name>.csv (figure_data), <name>.gp (the script, which reads <name>.csv's numbers from
// blocks of its own), <name>.svg and <name>.png (twice the pixels) into the folder. Throws
// ConfigError for series whose lengths differ, Error when gnuplot fails, with its words.
void write_figure(const Figure& figure, const std::filesystem::path& folder);

// The picture alone, into a file that ends in .svg or .png.
void write_picture(const Figure& figure, const std::filesystem::path& file);

}  // namespace sgilo
