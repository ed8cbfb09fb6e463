#include "sgilo/report/plot.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "sgilo/core/error.h"
#include "sgilo/report/axis.h"
#include "sgilo/report/markup.h"
#include "sgilo/report/palette.h"
#include "sgilo/report/table.h"

namespace sgilo {
namespace {

constexpr int kWidth = 760, kHeight = 440;  // pixels, legend included
constexpr double kLetterWidth = 10;         // at most
constexpr double kLineWidth = 1.8, kPointSize = 5;

// Elements of the picture. Positions in pixels from the top left corner.
class Svg {
 public:
  void line(double x1, double y1, double x2, double y2, Colour colour, double width) {
    body_ +=
        concat("<path d=\"M", rounded(x1), " ", rounded(y1), "L", rounded(x2), " ", rounded(y2),
               "\" stroke=\"", hex(colour), "\" stroke-width=\"", number_text(width, 3), "\"/>\n");
  }
  void point(double x, double y, Colour colour) { line(x, y, x, y, colour, kPointSize); }
  // `x` is the start, middle or end that `anchor` names, `y` the middle of the letters.
  void text(double x, double y, const std::string& text, const char* anchor = "middle") {
    body_ += concat("<text x=\"", rounded(x), "\" y=\"", rounded(y + 4.5), "\" text-anchor=\"",
                    anchor, "\" fill=\"", hex(kInk), "\">", escape_markup(text), "</text>\n");
  }
  void vertical_text(double x, double y, const std::string& text) {
    body_ += concat("<text transform=\"translate(", rounded(x + 4.5), " ", rounded(y),
                    ") rotate(-90)\" text-anchor=\"middle\" fill=\"", hex(kInk), "\">",
                    escape_markup(text), "</text>\n");
  }
  std::string finish() const {
    return concat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", kWidth, "\" height=\"",
                  kHeight, "\" viewBox=\"0 0 ", kWidth, " ", kHeight,
                  "\" font-family=\"sans-serif\" font-size=\"13\" stroke-linecap=\"round\">\n"
                  "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
                  body_, "</svg>\n");
  }

 private:
  static std::string rounded(double value) { return number_text(std::round(10 * value) / 10); }

  std::string body_;
};

// Maps values to pixels.
struct Axis {
  AxisLimits limits;
  double from = 0, to = 1;  // pixels

  double pixel(double value) const {
    return from + (to - from) * (value - limits.low) / (limits.high - limits.low);
  }
  std::vector<double> ticks() const {
    return axis_ticks(limits.low, limits.high, AxisScale::linear);
  }
};

Axis axis_for(const LinePlot& plot, std::vector<double> Series::*values) {
  std::vector<double> all;
  for (const Series& series : plot.series)
    all.insert(all.end(), (series.*values).begin(), (series.*values).end());
  return {.limits = axis_limits(all, AxisScale::linear)};
}

void check(const LinePlot& plot) {
  for (const Series& series : plot.series)
    if (series.x.size() != series.y.size())
      throw ConfigError(concat("series '", series.label, "' of the plot '", plot.title, "' has ",
                               series.x.size(), " x, ", series.y.size(),
                               " y, but needs as many of each"));
}

void draw_axes(Svg& svg, const LinePlot& plot, const Axis& x_axis, const Axis& y_axis) {
  const double left = x_axis.from, right = x_axis.to, bottom = y_axis.from, top = y_axis.to;
  for (const double tick : x_axis.ticks()) {
    const double x = x_axis.pixel(tick);
    svg.line(x, top, x, bottom, kGridLine, 1);
    svg.text(x, bottom + 14, number_text(tick));
  }
  for (const double tick : y_axis.ticks()) {
    const double y = y_axis.pixel(tick);
    svg.line(left, y, right, y, kGridLine, 1);
    svg.text(left - 8, y, number_text(tick), "end");
  }
  svg.line(left, bottom, right, bottom, kInk, 1);
  svg.line(left, top, left, bottom, kInk, 1);
  svg.text((left + right) / 2, 20, plot.title);
  svg.text((left + right) / 2, bottom + 38, plot.x_label);
  svg.vertical_text(16, (top + bottom) / 2, plot.y_label);
}

void draw_series(Svg& svg, const Series& series, const Axis& x_axis, const Axis& y_axis,
                 Colour colour) {
  std::optional<std::pair<double, double>> previous;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!std::isfinite(series.x[i]) || !std::isfinite(series.y[i])) {
      previous.reset();
      continue;
    }
    const double x = x_axis.pixel(series.x[i]), y = y_axis.pixel(series.y[i]);
    if (previous) svg.line(previous->first, previous->second, x, y, colour, kLineWidth);
    svg.point(x, y, colour);
    previous = {x, y};
  }
}

}  // namespace

std::string plot_svg(const LinePlot& plot) {
  check(plot);
  Axis x_axis = axis_for(plot, &Series::x), y_axis = axis_for(plot, &Series::y);
  std::size_t longest_label = 0, longest_tick = 1;
  for (const Series& series : plot.series)
    longest_label = std::max(longest_label, series.label.size());
  for (const double tick : y_axis.ticks())
    longest_tick = std::max(longest_tick, number_text(tick).size());
  const double legend =
      longest_label > 0 ? 44 + kLetterWidth * static_cast<double>(longest_label) : 0;
  x_axis.from = 42 + kLetterWidth * static_cast<double>(longest_tick);
  x_axis.to = std::max(kWidth - 18 - legend, x_axis.from + 60);
  y_axis.from = kHeight - 54;
  y_axis.to = 40;

  Svg svg;
  draw_axes(svg, plot, x_axis, y_axis);
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const Series& series = plot.series[i];
    const Colour colour = kPalette[i % kPalette.size()];
    draw_series(svg, series, x_axis, y_axis, colour);
    if (series.label.empty()) continue;
    const double x = x_axis.to, y = y_axis.to + 10 + 22 * static_cast<double>(i);
    svg.line(x + 14, y, x + 34, y, colour, kLineWidth);
    svg.point(x + 24, y, colour);
    svg.text(x + 42, y, series.label, "start");
  }
  return svg.finish();
}

}  // namespace sgilo
