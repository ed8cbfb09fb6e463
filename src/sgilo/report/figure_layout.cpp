#include "sgilo/report/figure_layout.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

constexpr double kLine = 1.4 * kFigureFont;
constexpr double kTick = 20;  // a tick and the gap to its text
constexpr double kGap = 8;
constexpr double kBarWidth = 16;
constexpr double kLegendRow = 1.45 * kFigureFont;

double lines_of(const std::string& text) {
  return text.empty() ? 0 : 1 + static_cast<double>(std::count(text.begin(), text.end(), '\n'));
}

// Lines of at most this width, where spaces (outside of braces) allow it.
std::string folded(const std::string& text, double width) {
  std::string result, rest = text;
  while (text_pixels(rest) > width) {
    std::size_t best = 0;
    int depth = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      depth += rest[i] == '{' ? 1 : rest[i] == '}' ? -1 : 0;
      if (rest[i] != ' ' || depth != 0) continue;
      if (best == 0 || text_pixels(rest.substr(0, i)) <= width) best = i;
    }
    if (best == 0) break;
    result += rest.substr(0, best) + "\n";
    rest = rest.substr(best + 1);
  }
  return result + rest;
}

struct Values {
  std::vector<double> x, y, y2;
};

void append(std::vector<double>& all, const std::vector<double>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

Values values_of(const Panel& panel) {
  Values all;
  for (const Curve& curve : panel.curves) {
    append(all.x, curve.x);
    for (const auto* part : {&curve.y, &curve.low, &curve.high})
      append(curve.second_axis ? all.y2 : all.y, *part);
  }
  for (std::size_t i = 0; i < panel.arrows.x.size(); ++i) {
    append(all.x, {panel.arrows.x[i], panel.arrows.x[i] + panel.arrows.dx[i]});
    append(all.y, {panel.arrows.y[i], panel.arrows.y[i] + panel.arrows.dy[i]});
  }
  for (const Mark& mark : panel.marks) {
    all.x.push_back(mark.x);
    all.y.push_back(mark.y);
  }
  for (const Strip& strip : panel.strips) append(all.x, {strip.from, strip.to});
  return all;
}

// The edges of the outer cells.
AxisLimits map_limits(const std::vector<double>& centres) {
  const double half = centres.size() > 1 ? (centres.back() - centres.front()) /
                                               (2 * static_cast<double>(centres.size() - 1))
                                         : 0.5;
  const auto [low, high] = std::minmax(centres.front(), centres.back());
  return {low - std::abs(half), high + std::abs(half)};
}

AxisLayout axis_layout(const FigureAxis& axis, const std::vector<double>& values,
                       const std::vector<double>* map_centres) {
  AxisLayout layout;
  layout.scale = axis.scale;
  layout.limits =
      map_centres != nullptr ? map_limits(*map_centres) : axis_limits(values, axis.scale);
  if (!std::isnan(axis.least)) layout.limits.low = axis.least;
  if (!std::isnan(axis.most)) layout.limits.high = axis.most;
  layout.ticks = axis_ticks(layout.limits.low, layout.limits.high, axis.scale);
  return layout;
}

double widest_tick(const AxisLayout& axis) {
  double widest = 0;
  for (const double tick : axis.ticks)
    widest = std::max(widest, text_pixels(tick_text(axis, tick)));
  return widest;
}

// Fewer ticks along x until their texts stand apart.
void thin_ticks(AxisLayout& axis, double width) {
  if (axis.scale == AxisScale::logarithmic && !axis.has_powers()) {
    std::vector<double> kept;
    for (const double tick : axis.ticks)
      if (kept.empty() || (axis.position(tick) - axis.position(kept.back())) * width >
                              text_pixels(tick_text(axis, tick)) + kFigureFont)
        kept.push_back(tick);
    axis.ticks = kept;
    return;
  }
  for (int most = 5; most >= 1; --most) {
    const auto count = static_cast<double>(axis.ticks.size());
    if (axis.has_powers() || count * (widest_tick(axis) + kFigureFont) <= width) return;
    axis.ticks = axis_ticks(axis.limits.low, axis.limits.high, axis.scale, most);
  }
}

AxisLayout colour_axis(const HeatMap& map) {
  std::vector<double> values(map.values.numel());
  const Tensor flat = map.values.to(torch::kFloat64).contiguous().cpu();
  std::copy_n(flat.data_ptr<double>(), flat.numel(), values.begin());
  values.erase(
      std::remove_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); }),
      values.end());
  AxisLayout axis;
  if (!values.empty()) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    axis.limits = {*low, *high};
  }
  if (!std::isnan(map.least)) axis.limits.low = map.least;
  if (!std::isnan(map.most)) axis.limits.high = map.most;
  if (map.diverging) {
    const double most = std::max(std::abs(axis.limits.low), std::abs(axis.limits.high));
    axis.limits = {-most, most};
  }
  if (axis.limits.low == axis.limits.high)
    axis.limits = axis_limits({axis.limits.low}, AxisScale::linear);
  axis.ticks = axis_ticks(axis.limits.low, axis.limits.high, AxisScale::linear);
  return axis;
}

// Where a legend would hide the data: points along everything that is drawn, from 0 to 1.
struct Spot {
  double x, y;
};

void add_segment(std::vector<Spot>& spots, Spot a, Spot b) {
  if (!std::isfinite(a.x + a.y + b.x + b.y)) return;
  const double length = std::hypot(b.x - a.x, b.y - a.y);
  const int pieces = std::clamp(static_cast<int>(length * 100), 1, 200);
  for (int i = 0; i <= pieces; ++i) {
    const double t = static_cast<double>(i) / pieces;
    spots.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
  }
}

std::vector<Spot> drawn_spots(const Panel& panel, const PanelLayout& layout) {
  std::vector<Spot> spots;
  for (const Curve& curve : panel.curves) {
    const AxisLayout& y_axis = curve.second_axis ? layout.y2 : layout.y;
    const auto spot = [&](std::size_t i, const std::vector<double>& y) {
      return Spot{layout.x.position(curve.x[i]), y_axis.position(y[i])};
    };
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (!curve.y.empty()) {
        const bool alone = i == 0 || curve.style == CurveStyle::points;
        add_segment(spots, spot(alone ? i : i - 1, curve.y), spot(i, curve.y));
      }
      if (!curve.low.empty()) add_segment(spots, spot(i, curve.low), spot(i, curve.high));
      if (curve.style == CurveStyle::band && i > 0)
        for (const auto* edge : {&curve.low, &curve.high})
          add_segment(spots, spot(i - 1, *edge), spot(i, *edge));
    }
  }
  for (std::size_t i = 0; i < panel.arrows.x.size(); ++i)
    add_segment(spots, {layout.x.position(panel.arrows.x[i]), layout.y.position(panel.arrows.y[i])},
                {layout.x.position(panel.arrows.x[i] + panel.arrows.dx[i]),
                 layout.y.position(panel.arrows.y[i] + panel.arrows.dy[i])});
  for (const Mark& mark : panel.marks) {
    const Spot at{layout.x.position(mark.x), layout.y.position(mark.y)};
    const double half = text_pixels(mark.text) / 2 / layout.inside.width;
    const double line = kLine / layout.inside.height * (mark_is_above(layout, mark) ? 1 : -1);
    add_segment(spots, at, at);
    add_segment(spots, {at.x - half, at.y + line}, {at.x + half, at.y + line});
  }
  return spots;
}

std::vector<std::size_t> labelled_curves(const Panel& panel) {
  std::vector<std::size_t> curves;
  for (std::size_t i = 0; i < panel.curves.size(); ++i)
    if (panel.curves[i].in_legend && !panel.curves[i].label.empty()) curves.push_back(i);
  return curves;
}

double entry_width(const Panel& panel) {
  double widest = 0;
  for (const std::size_t i : labelled_curves(panel))
    widest = std::max(widest, text_pixels(panel.curves[i].label));
  return kLegendSample + kGap + widest;
}

struct LegendPlace {
  std::string_view name;
  double x, y;  // 0: left, bottom
};
constexpr std::array<LegendPlace, 8> kLegendPlaces{{{"top right", 1, 1},
                                                    {"top left", 0, 1},
                                                    {"bottom right", 1, 0},
                                                    {"bottom left", 0, 0},
                                                    {"top", 0.5, 1},
                                                    {"bottom", 0.5, 0},
                                                    {"right", 1, 0.5},
                                                    {"left", 0, 0.5}}};

// Relative to the panel's inside.
Box legend_box(const Panel& panel, const PanelLayout& layout, const LegendPlace& place) {
  Box box;
  box.width = entry_width(panel) + kGap;
  box.height = static_cast<double>(labelled_curves(panel).size()) * kLegendRow;
  box.left = kGap + place.x * (layout.inside.width - 2 * kGap - box.width);
  box.top = kGap / 2 + (1 - place.y) * (layout.inside.height - kGap - box.height);
  return box;
}

// A place of kLegendPlaces, or nothing for below the panel.
const LegendPlace* choose_place(const Figure& figure, const Panel& panel,
                                const PanelLayout& layout) {
  if (panel.legend == "below") return nullptr;
  if (panel.legend != "best") {
    for (const LegendPlace& place : kLegendPlaces)
      if (place.name == panel.legend) return &place;
    std::vector<std::string> known{"best", "below"};
    for (const LegendPlace& place : kLegendPlaces) known.emplace_back(place.name);
    throw ConfigError(
        concat("figure '", figure.name, "': ", unknown_name("legend place", panel.legend, known)));
  }
  if (panel.map) return nullptr;
  const std::vector<Spot> spots = drawn_spots(panel, layout);
  for (const LegendPlace& place : kLegendPlaces) {
    const Box box = legend_box(panel, layout, place);
    if (box.left < 0 || box.top < 0) continue;
    const bool is_free = std::none_of(spots.begin(), spots.end(), [&](const Spot& spot) {
      const double x = spot.x * layout.inside.width;
      const double y = (1 - spot.y) * layout.inside.height;
      return x > box.left - kGap && x < box.right() + kGap && y > box.top - kGap / 2 &&
             y < box.bottom() + kGap / 2;
    });
    if (is_free) return &place;
  }
  return nullptr;
}

// How many entries of the legend below the panel stand side by side.
std::size_t legend_columns(const Panel& panel, double width) {
  const double fitting = (width + 2 * kFigureFont) / (entry_width(panel) + 2 * kFigureFont);
  return std::clamp<std::size_t>(static_cast<std::size_t>(fitting), 1,
                                 std::max<std::size_t>(labelled_curves(panel).size(), 1));
}

// Room around the inside of a panel.
struct Margins {
  double left = 0, right = 0, top = 0, bottom = 0;
};

Margins margins_of(const Panel& panel, const PanelLayout& layout, bool legend_below) {
  Margins margins;
  margins.left = kGap + kTick + widest_tick(layout.y) + kLine * lines_of(panel.y.label);
  margins.right = kGap + kFigureFont;
  if (panel.y2)
    margins.right = kGap + kTick + widest_tick(layout.y2) + kLine * lines_of(panel.y2->label);
  if (panel.map)
    margins.right +=
        kGap + kBarWidth + kTick + widest_tick(layout.colours) + kLine * lines_of(panel.map->label);
  margins.top = kGap + kFigureFont / 2 + kLine * lines_of(panel.title);
  if (std::any_of(panel.strips.begin(), panel.strips.end(),
                  [](const Strip& strip) { return !strip.text.empty(); }))
    margins.top += kLine;
  margins.bottom = 10 + kLine + kLine * lines_of(panel.x.label) + kGap;
  if (legend_below) {
    const std::size_t columns = legend_columns(panel, layout.inside.width);
    margins.bottom += kLegendRow * std::ceil(static_cast<double>(labelled_curves(panel).size()) /
                                             static_cast<double>(columns));
  }
  return margins;
}

void place_legend(PanelLayout& layout, const Panel& panel, const LegendPlace* place) {
  const std::vector<std::size_t> curves = labelled_curves(panel);
  if (curves.empty()) return;
  const Box& inside = layout.inside;
  std::size_t columns = 1;
  double left = 0, top = 0;
  const double step = entry_width(panel) + 2 * kFigureFont;
  if (place != nullptr) {
    const Box box = legend_box(panel, layout, *place);
    left = inside.left + box.left;
    top = inside.top + box.top;
  } else {
    columns = legend_columns(panel, inside.width);
    left = inside.left + (inside.width - static_cast<double>(columns) * step + 2 * kFigureFont) / 2;
    top = layout.x_label + kLine * lines_of(panel.x.label) / 2 + kGap / 2;
  }
  for (std::size_t k = 0; k < curves.size(); ++k)
    layout.legend.push_back({curves[k], left + static_cast<double>(k % columns) * step,
                             top + (static_cast<double>(k / columns) + 0.5) * kLegendRow});
}

PanelLayout axes_of(const Figure& figure, const Panel& panel) {
  PanelLayout layout;
  const Values values = values_of(panel);
  const HeatMap* map = panel.map ? &*panel.map : nullptr;
  layout.x = axis_layout(panel.x, values.x, map != nullptr ? &map->x : nullptr);
  layout.y = axis_layout(panel.y, values.y, map != nullptr ? &map->y : nullptr);
  if (panel.y2) layout.y2 = axis_layout(*panel.y2, values.y2, nullptr);
  if (map != nullptr) layout.colours = colour_axis(*map);
  layout.inside.width = figure.panel_width;
  layout.inside.height = figure.panel_height;
  if (panel.equal_units) {
    const double x_units = layout.x.limits.high - layout.x.limits.low;
    const double y_units = layout.y.limits.high - layout.y.limits.low;
    const double scale = std::min(layout.inside.width / x_units, layout.inside.height / y_units);
    layout.inside.width = scale * x_units;
    layout.inside.height = scale * y_units;
  }
  thin_ticks(layout.x, layout.inside.width);
  return layout;
}

}  // namespace

double AxisLayout::position(double value) const {
  if (scale == AxisScale::linear) return (value - limits.low) / (limits.high - limits.low);
  return std::log(value / limits.low) / std::log(limits.high / limits.low);
}

bool AxisLayout::has_powers() const {
  return scale == AxisScale::logarithmic && limits.high / limits.low >= 100;
}

std::string tick_text(const AxisLayout& axis, double tick) {
  if (axis.has_powers()) return concat("10^{", std::lround(std::log10(tick)), "}");
  return number_text(tick);
}

double text_pixels(std::string_view text, double font) {
  double widest = 0, width = 0;
  for (const char letter : text) {
    if (letter == '\n') width = 0;
    if ((letter & 0xc0) == 0x80) continue;  // the rest of a letter in UTF-8
    if (std::string_view("\n_^{}\\").find(letter) != std::string_view::npos) continue;
    const bool narrow = std::string_view(" .,:;'|!()[]ijlftr1").find(letter) != std::string::npos;
    const bool wide = std::string_view("mwMW@%").find(letter) != std::string_view::npos;
    width += font * (narrow ? 0.40 : wide ? 0.95 : 0.64);
    widest = std::max(widest, width);
  }
  return widest;
}

bool mark_is_above(const PanelLayout& layout, const Mark& mark) {
  return layout.y.position(mark.y) < 0.85;
}

Figure with_folded_texts(const Figure& figure) {
  Figure result = figure;
  for (Panel& panel : result.panels) {
    panel.title = folded(panel.title, figure.panel_width + kLine);
    panel.x.label = folded(panel.x.label, figure.panel_width);
    panel.y.label = folded(panel.y.label, figure.panel_height);
    if (panel.y2) panel.y2->label = folded(panel.y2->label, figure.panel_height);
    if (panel.map) panel.map->label = folded(panel.map->label, figure.panel_height);
  }
  return result;
}

FigureLayout figure_layout(const Figure& figure) {
  FigureLayout layout;
  const std::size_t count = figure.panels.size();
  const std::size_t columns =
      figure.columns > 0 ? std::min(count, static_cast<std::size_t>(figure.columns)) : count;
  const std::size_t rows = columns > 0 ? (count + columns - 1) / columns : 0;
  std::vector<Margins> column_margins(columns), row_margins(rows);
  std::vector<double> column_widths(columns), row_heights(rows);
  std::vector<const LegendPlace*> places;
  for (std::size_t i = 0; i < count; ++i) {
    const Panel& panel = figure.panels[i];
    PanelLayout axes = axes_of(figure, panel);
    places.push_back(choose_place(figure, panel, axes));
    const bool below = places.back() == nullptr && !labelled_curves(panel).empty();
    const Margins margins = margins_of(panel, axes, below);
    Margins& column = column_margins[i % columns];
    Margins& row = row_margins[i / columns];
    column.left = std::max(column.left, margins.left);
    column.right = std::max(column.right, margins.right);
    row.top = std::max(row.top, margins.top);
    row.bottom = std::max(row.bottom, margins.bottom);
    double& width = column_widths[i % columns];
    width = std::max(width, axes.inside.width);
    double& height = row_heights[i / columns];
    height = std::max(height, axes.inside.height);
    layout.panels.push_back(std::move(axes));
  }

  double top = 0;
  if (!figure.title.empty()) {
    layout.title = kGap + kFigureTitleFont * 0.8 * lines_of(figure.title);
    top = 2 * layout.title - kGap;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    top += row_margins[row].top;
    double left = 0;
    for (std::size_t column = 0; column < columns && row * columns + column < count; ++column) {
      const std::size_t i = row * columns + column;
      const Panel& panel = figure.panels[i];
      PanelLayout& place = layout.panels[i];
      left += column_margins[column].left;
      place.inside.left = left;
      place.inside.top = top + row_heights[row] - place.inside.height;
      const Box& inside = place.inside;
      place.strip_text = inside.top - kLine / 2;
      place.title = inside.top - row_margins[row].top + kGap + kLine * lines_of(panel.title) / 2;
      place.x_label = inside.bottom() + 10 + kLine + kLine * lines_of(panel.x.label) / 2;
      place.y_label =
          inside.left - kTick - widest_tick(place.y) - kLine * lines_of(panel.y.label) / 2;
      double right = inside.right();
      if (panel.y2) {
        place.y2_label =
            right + kTick + widest_tick(place.y2) + kLine * lines_of(panel.y2->label) / 2;
        right = place.y2_label + kLine * lines_of(panel.y2->label) / 2;
      }
      if (panel.map) {
        place.colour_bar = {right + kGap, inside.top, kBarWidth, inside.height};
        place.colour_label = place.colour_bar.right() + kTick + widest_tick(place.colours) +
                             kLine * lines_of(panel.map->label) / 2;
      }
      place_legend(place, panel, places[i]);
      left += column_widths[column] + column_margins[column].right;
      layout.width = std::max(layout.width, left);
    }
    top += row_heights[row] + row_margins[row].bottom;
  }
  layout.width = std::ceil(std::max(layout.width, text_pixels(figure.title, 20) + 2 * kGap));
  layout.height = std::ceil(top);
  return layout;
}

}  // namespace sgilo
