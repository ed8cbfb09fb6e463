#include "sgilo/report/plot.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "sgilo/core/error.h"
#include "sgilo/report/canvas.h"
#include "sgilo/report/markup.h"
#include "sgilo/report/palette.h"
#include "sgilo/report/table.h"

namespace sgilo {
namespace {

constexpr double kPointSize = 5;
constexpr int kLetterWidth = 10;  // of the canvas; the SVG's letters are narrower
constexpr int kLetterHeight = 20;

// What a plot is drawn on. Positions in pixels from the top left corner.
class Surface {
 public:
  virtual ~Surface() = default;
  virtual void line(double x1, double y1, double x2, double y2, Colour colour, double width) = 0;
  // `x` is the edge or middle, `y` the middle of the letters.
  virtual void text(double x, double y, const std::string& text, Align align) = 0;
  virtual void vertical_text(double x, double y, const std::string& text) = 0;
};

class CanvasSurface : public Surface {
 public:
  explicit CanvasSurface(Canvas& canvas) : canvas_(canvas) {}
  void line(double x1, double y1, double x2, double y2, Colour colour, double width) override {
    canvas_.line(x1, y1, x2, y2, colour, width);
  }
  void text(double x, double y, const std::string& text, Align align) override {
    canvas_.text(static_cast<int>(std::lround(x)),
                 static_cast<int>(std::lround(y)) - kLetterHeight / 2, text, kInk, align);
  }
  void vertical_text(double x, double y, const std::string& text) override {
    canvas_.vertical_text(static_cast<int>(std::lround(x)) - kLetterHeight / 2,
                          static_cast<int>(std::lround(y)), text);
  }

 private:
  Canvas& canvas_;
};

class SvgSurface : public Surface {
 public:
  SvgSurface(int width, int height) {
    body_ = concat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", width, "\" height=\"",
                   height, "\" viewBox=\"0 0 ", width, " ", height,
                   "\" font-family=\"sans-serif\" font-size=\"13\" stroke-linecap=\"round\">\n"
                   "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
  }
  void line(double x1, double y1, double x2, double y2, Colour colour, double width) override {
    body_ += "<path d=\"M" + place(x1, y1) + "L" + place(x2, y2) + "\" stroke=\"" + hex(colour) +
             "\" stroke-width=\"" + number_text(width, 3) + "\"/>\n";
  }
  void text(double x, double y, const std::string& text, Align align) override {
    const char* anchor = align == Align::left ? "start" : align == Align::center ? "middle" : "end";
    body_ += concat("<text x=\"", rounded(x), "\" y=\"", rounded(y + 4.5), "\" text-anchor=\"",
                    anchor, "\" fill=\"", hex(kInk), "\">", escape_markup(text), "</text>\n");
  }
  void vertical_text(double x, double y, const std::string& text) override {
    body_ += concat("<text transform=\"translate(", rounded(x + 4.5), " ", rounded(y),
                    ") rotate(-90)\" text-anchor=\"middle\" fill=\"", hex(kInk), "\">",
                    escape_markup(text), "</text>\n");
  }
  std::string finish() const { return body_ + "</svg>\n"; }

 private:
  static std::string rounded(double value) { return number_text(std::round(10 * value) / 10); }
  static std::string place(double x, double y) { return rounded(x) + " " + rounded(y); }

  std::string body_;
};

// Maps values to pixels.
struct Axis {
  AxisScale scale = AxisScale::linear;
  double low = 0;  // in units of the data
  double high = 1;
  double from = 0;  // pixels
  double to = 1;

  double coordinate(double value) const {
    return scale == AxisScale::logarithmic ? std::log10(value) : value;
  }
  double pixel(double value) const {
    return from + (to - from) * (coordinate(value) - coordinate(low)) /
                      (coordinate(high) - coordinate(low));
  }
};

Axis axis_for(const std::vector<double>& values, AxisScale scale) {
  const AxisLimits limits = axis_limits(values, scale);
  return {.scale = scale, .low = limits.low, .high = limits.high};
}

void check(const LinePlot& plot) {
  for (const Series& series : plot.series)
    if (series.x.size() != series.y.size() ||
        (!series.error.empty() && series.error.size() != series.y.size()))
      throw ConfigError(concat("series '", series.label, "' of the plot '", plot.title, "' has ",
                               series.x.size(), " x, ", series.y.size(), " y and ",
                               series.error.size(), " errors, but needs as many of each"));
}

void draw_series(Surface& surface, const Series& series, const Axis& x_axis, const Axis& y_axis,
                 Colour colour) {
  std::optional<std::pair<double, double>> previous;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!can_show(series.x[i], x_axis.scale) || !can_show(series.y[i], y_axis.scale)) {
      previous.reset();
      continue;
    }
    const double x = x_axis.pixel(series.x[i]);
    const double y = y_axis.pixel(series.y[i]);
    if (previous && series.style != SeriesStyle::points)
      surface.line(previous->first, previous->second, x, y, colour, 1.8);
    if (series.style != SeriesStyle::line) surface.line(x, y, x, y, colour, kPointSize);
    if (!series.error.empty() && std::isfinite(series.error[i])) {
      const double lowest = std::max(series.y[i] - series.error[i], y_axis.low);
      const double highest = std::min(series.y[i] + series.error[i], y_axis.high);
      surface.line(x, y_axis.pixel(lowest), x, y_axis.pixel(highest), colour, 1.2);
    }
    previous = {x, y};
  }
}

void draw(Surface& surface, const LinePlot& plot) {
  check(plot);
  std::vector<double> xs;
  std::vector<double> ys;
  std::size_t longest_label = 0;
  for (const Series& series : plot.series) {
    longest_label = std::max(longest_label, series.label.size());
    xs.insert(xs.end(), series.x.begin(), series.x.end());
    for (std::size_t i = 0; i < series.y.size(); ++i) {
      ys.push_back(series.y[i]);
      if (series.error.empty()) continue;
      ys.push_back(series.y[i] - series.error[i]);
      ys.push_back(series.y[i] + series.error[i]);
    }
  }
  Axis x_axis = axis_for(xs, plot.x_scale);
  Axis y_axis = axis_for(ys, plot.y_scale);
  const std::vector<double> x_ticks = axis_ticks(x_axis.low, x_axis.high, plot.x_scale);
  const std::vector<double> y_ticks = axis_ticks(y_axis.low, y_axis.high, plot.y_scale);

  std::size_t longest_tick = 1;
  for (const double tick : y_ticks) longest_tick = std::max(longest_tick, number_text(tick).size());
  const double legend =
      longest_label > 0 ? 44 + kLetterWidth * static_cast<double>(longest_label) : 0;
  const double left =
      (plot.y_label.empty() ? 14 : 34) + kLetterWidth * static_cast<double>(longest_tick) + 8;
  const double right = plot.width - 18 - legend;
  const double top = plot.title.empty() ? 14 : 40;
  const double bottom = plot.height - (plot.x_label.empty() ? 32 : 54);
  if (right - left < 60 || bottom - top < 60)
    throw ConfigError(concat("plot '", plot.title, "' of ", plot.width, " x ", plot.height,
                             " pixels is too small for its axes and legend"));
  x_axis.from = left;
  x_axis.to = right;
  y_axis.from = bottom;
  y_axis.to = top;

  double free_from = -1;  // labels of ticks must not touch one another
  for (const double tick : x_ticks) {
    const double x = x_axis.pixel(tick);
    surface.line(x, top, x, bottom, kGridLine, 1);
    const std::string label = number_text(tick);
    const double half = kLetterWidth * static_cast<double>(label.size()) / 2;
    if (x - half < free_from) continue;
    surface.text(x, bottom + 14, label, Align::center);
    free_from = x + half + kLetterWidth;
  }
  for (const double tick : y_ticks) {
    const double y = y_axis.pixel(tick);
    surface.line(left, y, right, y, kGridLine, 1);
    surface.text(left - 8, y, number_text(tick), Align::right);
  }
  surface.line(left, bottom, right, bottom, kInk, 1);
  surface.line(left, top, left, bottom, kInk, 1);
  surface.text((left + right) / 2, 20, plot.title, Align::center);
  surface.text((left + right) / 2, bottom + 38, plot.x_label, Align::center);
  surface.vertical_text(16, (top + bottom) / 2, plot.y_label);

  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const Series& series = plot.series[i];
    const Colour colour = kPalette[i % kPalette.size()];
    draw_series(surface, series, x_axis, y_axis, colour);
    if (series.label.empty()) continue;
    const double y = top + 10 + 22 * static_cast<double>(i);
    if (series.style != SeriesStyle::points)
      surface.line(right + 14, y, right + 34, y, colour, 1.8);
    if (series.style != SeriesStyle::line)
      surface.line(right + 24, y, right + 24, y, colour, kPointSize);
    surface.text(right + 42, y, series.label, Align::left);
  }
}

}  // namespace

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

std::string plot_svg(const LinePlot& plot) {
  SvgSurface surface(plot.width, plot.height);
  draw(surface, plot);
  return surface.finish();
}

Tensor plot_picture(const LinePlot& plot) {
  if (plot.width < 1 || plot.height < 1)
    throw ConfigError(concat("plot '", plot.title, "' must have pixels, but is ", plot.width, " x ",
                             plot.height));
  Canvas canvas(plot.height, plot.width);
  CanvasSurface surface(canvas);
  draw(surface, plot);
  return canvas.picture();
}

}  // namespace sgilo
