#include "sgilo/report/gnuplot_script.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/report/figure_layout.h"
#include "sgilo/report/palette.h"

namespace sgilo {
namespace {

constexpr double kPointsPerPixel = 0.75;  // pngcairo takes sizes of letters in points
constexpr std::array<int, kPalette.size()> kPointShapes{7, 5, 9, 13, 11, 15, 6};
constexpr std::array<const char*, 4> kStripShades{"#e9f1f8", "#f3f3f0", "#fdf0e4", "#eaf5f0"};
// Viridis: lightness grows evenly.
constexpr const char* kOneSigned =
    "0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 '#21918c', 5 '#28ae80', 6 '#5ec962', "
    "7 '#addc30', 8 '#fde725'";
constexpr const char* kDiverging =
    "0 '#00395e', 1 '#0073b3', 2 '#7fb8d9', 3 '#f7f7f7', 4 '#f0a878', 5 '#d55e00', 6 '#7a3000'";

std::string number(double value) { return std::isfinite(value) ? number_text(value, 9) : "NaN"; }

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'')
      result += "''";
    else if (letter == '\n')
      result += "'.\"\\n\".'";
    else
      result += static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
  }
  return result + "'";
}

// A letter that enhanced text must not take as a command. Spaces keep their width beside changes of
// size only when they cannot break.
std::string literal(char letter) {
  if (letter == '&') return "\\046";
  if (letter == ' ') return "\u00a0";
  if (std::string_view("{}@~\\^_").find(letter) != std::string_view::npos)
    return std::string("\\") + letter;
  return std::string(1, letter);
}

std::size_t bytes_of_letter(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
  return end - at;
}

// Collects the numbers and commands of a script.
class Script {
 public:
  explicit Script(const Figure& figure)
      : figure_(with_folded_texts(figure)), layout_(figure_layout(figure_)) {}
  std::string write();

 private:
  template <class... Parts>
  void line(const Parts&... parts) {
    commands_ += concat("  ", parts..., "\n");
  }
  template <class... Rows>
  std::string block(const std::string& name, std::size_t rows, const Rows&... columns);
  std::string at_pixel(double left, double top) const {
    return concat(" at screen ", number_text(left / layout_.width), ",",
                  number_text(1 - top / layout_.height));
  }
  void text(std::string_view words, double left, double top, std::string_view more);
  void panel(std::size_t index);
  void axis(const std::string& name, const AxisLayout& axis);
  void map(const std::string& name, const HeatMap& map, const PanelLayout& place);
  void strips(const Panel& panel, const PanelLayout& place);
  void marks(const Panel& panel, const PanelLayout& place);
  void curve(const std::string& name, const Panel& panel, const PanelLayout& place,
             std::size_t index, int colour);
  void legend(const Panel& panel, const PanelLayout& place, const std::vector<int>& colours);
  std::string line_style(const Curve& curve, int colour) const;
  std::string point_style(int colour) const;

  const Figure figure_;
  const FigureLayout layout_;
  std::string data_, commands_;
  std::vector<std::string> plots_;  // of the panel
};

template <class... Columns>
std::string Script::block(const std::string& name, std::size_t rows, const Columns&... columns) {
  data_ += "$" + name + " << EOD\n";
  for (std::size_t i = 0; i < rows; ++i) {
    std::string separator;
    ((data_ += separator + number(columns[i]), separator = " "), ...);
    data_ += "\n";
  }
  data_ += "EOD\n";
  return "$" + name;
}

void Script::text(std::string_view words, double left, double top, std::string_view more) {
  if (!words.empty()) line("set label ", gnuplot_text(words), at_pixel(left, top), " ", more);
}

std::string colour_text(int colour) {
  return concat("lc rgb '", hex(kPalette[static_cast<std::size_t>(colour) % kPalette.size()]), "'");
}

std::string Script::line_style(const Curve& curve, int colour) const {
  // The SVG would join neighbours of one colour and width into one path with one pattern.
  const char* pattern = curve.style == CurveStyle::dashed   ? "lw 2.01 dt (8,5) "
                        : curve.style == CurveStyle::dotted ? "lw 2.02 dt (2,4) "
                                                            : "lw 2 ";
  return pattern + colour_text(colour);
}

std::string Script::point_style(int colour) const {
  return concat("pt ", kPointShapes[static_cast<std::size_t>(colour) % kPointShapes.size()],
                " ps dot ", colour_text(colour));
}

void Script::axis(const std::string& name, const AxisLayout& axis) {
  line("set ", name, "range [", number(axis.limits.low), ":", number(axis.limits.high), "]");
  std::string ticks;
  if (axis.has_powers()) {
    const double stride = axis.ticks.size() > 1 ? axis.ticks[1] / axis.ticks[0] : 10;
    ticks = concat(" ", number_text(stride), " format '10^{%T}'");
    line("set m", name, "tics ", stride < 11 ? "10" : "1");
  } else if (axis.scale == AxisScale::logarithmic || axis.ticks.size() < 2) {
    std::string separator = " (";
    for (const double tick : axis.ticks) {
      ticks += concat(separator, "'", tick_text(axis, tick), "' ", number(tick));
      separator = ", ";
    }
    ticks += axis.ticks.empty() ? "" : ")";
  } else {
    ticks = concat(" ", number_text(axis.ticks[1] - axis.ticks[0], 9), " format '%g'");
  }
  if (axis.scale == AxisScale::logarithmic) line("set logscale ", name, " 10");
  line("set ", name, "tics", ticks, " nomirror out scale tick,0.6*tick ",
       name == "x" ? "offset 0,tick_rise" : "");
}

void Script::strips(const Panel& panel, const PanelLayout& place) {
  for (std::size_t i = 0; i < panel.strips.size(); ++i) {
    const Strip& strip = panel.strips[i];
    const double from = std::clamp(strip.from, place.x.limits.low, place.x.limits.high);
    const double to = std::clamp(strip.to, place.x.limits.low, place.x.limits.high);
    line("set object rectangle from ", number(from), ",graph 0 to ", number(to),
         ",graph 1 behind fc rgb '", kStripShades[i % kStripShades.size()], "' fs solid noborder");
    const double middle = (place.x.position(from) + place.x.position(to)) / 2;
    text(strip.text, place.inside.left + middle * place.inside.width, place.strip_text, "center");
  }
}

void Script::map(const std::string& name, const HeatMap& map, const PanelLayout& place) {
  const Tensor values = map.values.to(torch::kFloat64).contiguous().cpu();
  data_ += "$" + name + " << EOD\n";
  const double* value = values.data_ptr<double>();
  for (std::int64_t row = 0; row < values.size(0); ++row)
    for (std::int64_t column = 0; column < values.size(1); ++column, ++value)
      data_ += (std::isfinite(*value) ? number_text(*value, 6) : "NaN") +
               (column + 1 < values.size(1) ? " " : "\n");
  data_ += "EOD\n";
  const auto place_of = [](const std::vector<double>& centres, const char* column) {
    const double step = centres.size() > 1 ? (centres.back() - centres.front()) /
                                                 static_cast<double>(centres.size() - 1)
                                           : 1;
    return concat("(", number(centres.front()), "+", number(step), "*", column, ")");
  };
  const std::string grid =
      concat("$", name, " matrix using ", place_of(map.x, "$1"), ":", place_of(map.y, "$2"), ":3");
  line("set palette maxcolors 256 defined (", map.diverging ? kDiverging : kOneSigned, ")");
  line("set colorbox user origin screen ", number_text(place.colour_bar.left / layout_.width), ",",
       number_text(1 - place.colour_bar.bottom() / layout_.height), " size screen ",
       number_text(place.colour_bar.width / layout_.width), ",",
       number_text(place.colour_bar.height / layout_.height), " noborder");
  axis("cb", place.colours);
  text(map.label, place.colour_label, place.inside.top + place.inside.height / 2,
       "center rotate by 90");
  plots_.push_back(grid + " with image");
  // gnuplot refuses to look for lines where there can be none.
  const Tensor finite = values.masked_select(values.isfinite());
  std::string levels;
  for (const double level : map.contours)
    if (values.size(0) > 1 && values.size(1) > 1 && (finite < level).any().item<bool>() &&
        (finite > level).any().item<bool>())
      levels += (levels.empty() ? "" : ",") + number(level);
  if (levels.empty()) return;
  data_ += concat("set contour base\nset cntrparam levels discrete ", levels,
                  "\nunset surface\nset table $", name, "_contours\nsplot ", grid,
                  " with lines\nunset table\nreset\n");
  plots_.push_back(concat("$", name, "_contours using 1:2 with lines lw 1 lc rgb '",
                          map.diverging ? "#22222a" : "#ffffff", "'"));
}

void Script::marks(const Panel& panel, const PanelLayout& place) {
  for (const Mark& mark : panel.marks) {
    const std::string at = concat(" at ", number(mark.x), ",", number(mark.y));
    const double half = text_pixels(mark.text) / 2 / place.inside.width;
    const double x = place.x.position(mark.x), y = place.y.position(mark.y);
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) continue;
    const char* align = x < half ? "left" : x > 1 - half ? "right" : "center";
    if (!mark.text.empty())
      line("set label ", gnuplot_text(mark.text), at, " ", align, " offset 0,",
           mark_is_above(place, mark) ? "1" : "-1", " front boxed");
    line("set label ''", at, " front point pt 7 ps 1.5*dot lc rgb '#ffffff'");
    line("set label ''", at, " front point pt 7 ps 1.2*dot lc rgb '", hex(kInk), "'");
  }
}

void Script::curve(const std::string& name, const Panel& panel, const PanelLayout& place,
                   std::size_t index, int colour) {
  const Curve& curve = panel.curves[index];
  const AxisLayout& y_axis = curve.second_axis ? place.y2 : place.y;
  const std::string axes = curve.second_axis ? " axes x1y2" : "";
  // Ends of bars and bands below a logarithmic axis reach down to it.
  std::vector<double> low = curve.low;
  if (y_axis.scale == AxisScale::logarithmic)
    for (double& value : low)
      if (value <= 0) value = y_axis.limits.low;
  if (curve.style == CurveStyle::band) {
    const std::string block_name = block(name, curve.x.size(), curve.x, low, curve.high);
    plots_.push_back(concat(block_name, " using 1:2:3", axes,
                            " with filledcurves fs transparent solid 0.22 noborder ",
                            colour_text(colour)));
    if (!curve.y.empty())
      plots_.push_back(concat(block(name + "_y", curve.x.size(), curve.x, curve.y), axes,
                              " with lines ", line_style(curve, colour)));
    return;
  }
  const bool bars = !low.empty();
  const std::string block_name =
      bars ? block(name, curve.x.size(), curve.x, curve.y, low, curve.high)
           : block(name, curve.x.size(), curve.x, curve.y);
  const bool points =
      curve.style == CurveStyle::points || curve.style == CurveStyle::line_and_points;
  if (bars)
    plots_.push_back(concat(block_name, " using 1:2:3:4", axes,
                            " with yerrorbars pt 7 ps 0.01 lw 1.3 ", colour_text(colour)));
  if (curve.style != CurveStyle::points)
    plots_.push_back(concat(block_name, " using 1:2", axes,
                            curve.style == CurveStyle::steps ? " with steps " : " with lines ",
                            line_style(curve, colour)));
  if (points)
    plots_.push_back(concat(block_name, " using 1:2", axes, " with points ", point_style(colour)));
}

void Script::legend(const Panel& panel, const PanelLayout& place, const std::vector<int>& colours) {
  for (const LegendEntry& entry : place.legend) {
    const Curve& curve = panel.curves[entry.curve];
    const int colour = colours[entry.curve];
    const double right = entry.left + kLegendSample;
    const auto from_to = [&](double half) {
      return concat(" from screen ", number_text(entry.left / layout_.width), ",",
                    number_text(1 - (entry.middle + half) / layout_.height), " to screen ",
                    number_text(right / layout_.width), ",",
                    number_text(1 - (entry.middle - half) / layout_.height));
    };
    if (curve.style == CurveStyle::band)
      line("set object rectangle", from_to(5), " front fs transparent solid 0.22 noborder fc rgb '",
           hex(kPalette[static_cast<std::size_t>(colour) % kPalette.size()]), "'");
    if (curve.style != CurveStyle::points && (curve.style != CurveStyle::band || !curve.y.empty()))
      line("set arrow", from_to(0), " nohead front ", line_style(curve, colour));
    if (curve.style == CurveStyle::points || curve.style == CurveStyle::line_and_points)
      line("set label ''", at_pixel(entry.left + kLegendSample / 2, entry.middle), " front point ",
           point_style(colour));
    text(curve.label, right + 8, entry.middle, "left front");
  }
}

void Script::panel(std::size_t index) {
  const Panel& panel = figure_.panels[index];
  const PanelLayout& place = layout_.panels[index];
  const std::string name = concat("panel", index + 1);
  const Box& inside = place.inside;
  commands_ += "\n";
  line("reset");
  line("set minussign");
  line("unset key");
  line("set lmargin at screen ", number_text(inside.left / layout_.width));
  line("set rmargin at screen ", number_text(inside.right() / layout_.width));
  line("set tmargin at screen ", number_text(1 - inside.top / layout_.height));
  line("set bmargin at screen ", number_text(1 - inside.bottom() / layout_.height));
  line("set border ", panel.y2 ? 11 : 3, " lw 1 lc rgb '", hex(kInk), "'");
  if (!panel.map) line("set grid xtics ytics back lt 1 lw 1 lc rgb '", hex(kGridLine), "'");
  line("set style textbox opaque noborder fc rgb '#ffffff' margins 0.4,0.4");
  axis("x", place.x);
  axis("y", place.y);
  if (panel.y2) axis("y2", place.y2);
  const double middle = inside.top + inside.height / 2, centre = inside.left + inside.width / 2;
  // The SVG's letters are bold in enhanced texts alone.
  if (index == 0 && !figure_.title.empty())
    line("set label ", gnuplot_text(figure_.title, true),
         at_pixel(layout_.width / 2, layout_.title), " center font title_font");
  text(panel.title, centre, place.title, "center");
  text(panel.x.label, centre, place.x_label, "center");
  text(panel.y.label, place.y_label, middle, "center rotate by 90");
  if (panel.y2) text(panel.y2->label, place.y2_label, middle, "center rotate by 90");
  strips(panel, place);

  plots_.clear();
  if (panel.map) map(name + "_map", *panel.map, place);
  if (const Arrows& arrows = panel.arrows; !arrows.x.empty())
    plots_.push_back(concat(
        block(name + "_arrows", arrows.x.size(), arrows.x, arrows.y, arrows.dx, arrows.dy),
        " with vectors filled head size screen ", number_text(8 / layout_.width),
        ",20 lw 1.2 lc rgb '", panel.map && !panel.map->diverging ? "#ffffff" : "#22222a", "'"));
  std::vector<int> colours;
  int next = 0;
  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    colours.push_back(panel.curves[i].colour >= 0 ? panel.curves[i].colour : next++);
    curve(concat(name, "_curve", i + 1), panel, place, i, colours.back());
  }
  marks(panel, place);
  legend(panel, place, colours);
  if (plots_.empty()) plots_.emplace_back("NaN");
  line("plot ", join(plots_, ", \\\n       "));
}

std::string Script::write() {
  for (std::size_t i = 0; i < figure_.panels.size(); ++i) panel(i);
  const auto size = [&](int scale) {
    return concat("size ", scale * layout_.width, ",", scale * layout_.height);
  };
  return concat(
      "# Draws ", figure_.name, ".png and ", figure_.name, ".svg: gnuplot ", figure_.name,
      ".gp\nset encoding utf8\n\n", data_,
      "\ndo for [kind in \"png svg\"] {\n  if (kind eq \"png\") {\n    set terminal pngcairo ",
      size(2), " font 'DejaVu Sans,", kPointsPerPixel * kFigureFont,
      "' fontscale 2 linewidth 2 dashlength 2 background rgb 'white'\n",
      "    title_font = 'DejaVu Sans:Bold,", kPointsPerPixel * kFigureTitleFont,
      "'\n    tick = 0.6\n    tick_rise = 0.3\n    dot = 2.7\n  } else {\n    set terminal svg ",
      size(1), " font 'sans-serif,", kFigureFont,
      "' background rgb 'white'\n    title_font = 'sans-serif:Bold,", kFigureTitleFont,
      "'\n    tick = 0.4\n    tick_rise = 0.45\n    dot = 0.72\n  }\n  set output '", figure_.name,
      ".'.kind\n  set multiplot\n", commands_, "  unset multiplot\n}\nunset output\n");
}

}  // namespace

std::string gnuplot_text(std::string_view text, bool always_enhanced) {
  std::string plain, enhanced;
  bool has_scripts = always_enhanced;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    const bool script = (letter == '_' || letter == '^') && i + 1 < text.size();
    if (letter == '\\' && i + 1 < text.size() && (text[i + 1] == '_' || text[i + 1] == '^')) {
      plain += text[++i];
      enhanced += literal(text[i]);
    } else if (script && text[i + 1] == '{' && text.find('}', i) != std::string_view::npos) {
      const std::size_t end = text.find('}', i);
      enhanced += std::string(1, letter) + "{";
      for (i += 2; i < end; ++i) enhanced += literal(text[i]);
      enhanced += "}";
      has_scripts = true;
    } else if (script && text[i + 1] != ' ') {
      const std::size_t bytes = bytes_of_letter(text, i + 1);
      const std::string_view small = text.substr(i + 1, bytes);
      enhanced += concat(letter, "{", bytes == 1 ? literal(small[0]) : std::string(small), "}");
      i += bytes;
      has_scripts = true;
    } else {
      plain += letter;
      enhanced += literal(letter);
    }
  }
  return has_scripts ? in_quotes(enhanced) + " enhanced" : in_quotes(plain) + " noenhanced";
}

std::string gnuplot_script(const Figure& figure) { return Script(figure).write(); }

}  // namespace sgilo
