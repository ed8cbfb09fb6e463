#include "sgilo/report/figure.h"

#include <algorithm>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/new_folder.h"
#include "sgilo/report/gnuplot.h"
#include "sgilo/report/gnuplot_script.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

// The sizes that must be equal, as "4 x, 3 y".
void check_lengths(const std::string& where,
                   const std::vector<std::pair<const char*, std::size_t>>& lengths) {
  std::vector<std::string> words;
  for (const auto& [name, length] : lengths) words.push_back(concat(length, " ", name));
  if (std::any_of(lengths.begin(), lengths.end(),
                  [&](const auto& part) { return part.second != lengths[0].second; }))
    throw ConfigError(concat(where, " has ", join(words), ", but needs as many of each"));
}

void check_curve(const std::string& where, const Curve& curve) {
  std::vector<std::pair<const char*, std::size_t>> lengths{{"x", curve.x.size()}};
  const bool band = curve.style == CurveStyle::band;
  if (!band || !curve.y.empty()) lengths.emplace_back("y", curve.y.size());
  if (band || !curve.low.empty() || !curve.high.empty()) {
    lengths.emplace_back("low", curve.low.size());
    lengths.emplace_back("high", curve.high.size());
  }
  check_lengths(concat(where, ", curve '", curve.label, "'"), lengths);
}

void check_map(const std::string& where, const Panel& panel) {
  const HeatMap& map = *panel.map;
  if (map.values.dim() != 2 || map.x.empty() || map.y.empty() ||
      map.values.size(0) != static_cast<std::int64_t>(map.y.size()) ||
      map.values.size(1) != static_cast<std::int64_t>(map.x.size()))
    throw ConfigError(concat(where, ": the heat map's values must have shape [", map.y.size(),
                             " y, ", map.x.size(), " x], but have ",
                             shape_text(map.values.sizes())));
  if (panel.x.scale != AxisScale::linear || panel.y.scale != AxisScale::linear)
    throw ConfigError(where + ": the axes of a heat map must be linear, but one is logarithmic");
}

void check(const Figure& figure) {
  const bool plain = std::all_of(figure.name.begin(), figure.name.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
  });
  if (figure.name.empty() || !plain)
    throw ConfigError(
        concat("the name of a figure must be of letters, digits, '_' and '-', but is '",
               figure.name, "'"));
  if (figure.panels.empty())
    throw ConfigError(concat("figure '", figure.name, "' must have a panel, but has none"));
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const Panel& panel = figure.panels[i];
    const std::string where = concat("figure '", figure.name, "', panel ", i + 1);
    for (const Curve& curve : panel.curves) {
      check_curve(where, curve);
      if (curve.second_axis && !panel.y2)
        throw ConfigError(concat(where, ", curve '", curve.label,
                                 "' needs a second y axis, but the panel has none"));
    }
    if (panel.map) check_map(where, panel);
    check_lengths(where + ", arrows", {{"x", panel.arrows.x.size()},
                                       {"y", panel.arrows.y.size()},
                                       {"dx", panel.arrows.dx.size()},
                                       {"dy", panel.arrows.dy.size()}});
  }
}

std::string cell(const std::vector<double>& values, std::size_t at) {
  return values.empty() ? "" : number_text(values[at], 10);
}

std::string cell(double value) { return number_text(value, 10); }

void add_map(Table& table, const std::string& panel, const HeatMap& map) {
  const Tensor values = map.values.to(torch::kFloat64).contiguous().cpu();
  const double* value = values.data_ptr<double>();
  for (const double y : map.y)
    for (const double x : map.x)
      table.add_row({panel, "map", map.label, cell(x), cell(y), "", "", "", "", cell(*value++)});
}

// gnuplot draws all pictures; those of the stated files' endings are kept.
void draw(const Figure& figure, const std::vector<fs::path>& files) {
  const NewFolder draft(files[0].string() + ".drawing");  // never committed
  write_file_atomically(draft.path() / (figure.name + ".gp"), gnuplot_script(figure));
  run_gnuplot({figure.name + ".gp"}, draft.path());
  for (const fs::path& file : files)
    write_file_atomically(file,
                          read_file(draft.path() / (figure.name + file.extension().string())));
}

}  // namespace

void require_gnuplot() { run_gnuplot({"--version"}, "."); }

Table figure_data(const Figure& figure) {
  check(figure);
  Table table({"panel", "kind", "label", "x", "y", "low", "high", "dx", "dy", "value"});
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const Panel& panel = figure.panels[i];
    const std::string name = concat(i + 1);
    for (const Curve& curve : panel.curves)
      for (std::size_t k = 0; k < curve.x.size(); ++k)
        table.add_row({name, "curve", curve.label, cell(curve.x, k), cell(curve.y, k),
                       cell(curve.low, k), cell(curve.high, k), "", "", ""});
    if (panel.map) add_map(table, name, *panel.map);
    const Arrows& arrows = panel.arrows;
    for (std::size_t k = 0; k < arrows.x.size(); ++k)
      table.add_row({name, "arrow", "", cell(arrows.x, k), cell(arrows.y, k), "", "",
                     cell(arrows.dx, k), cell(arrows.dy, k), ""});
    for (const Mark& mark : panel.marks)
      table.add_row({name, "mark", mark.text, cell(mark.x), cell(mark.y), "", "", "", "", ""});
    for (const Strip& strip : panel.strips)
      table.add_row(
          {name, "strip", strip.text, "", "", cell(strip.from), cell(strip.to), "", "", ""});
  }
  return table;
}

void write_figure(const Figure& figure, const fs::path& folder) {
  const fs::path file = folder / figure.name;  // without its ending
  const std::string csv = figure_data(figure).csv();
  make_folder(folder);
  write_file_atomically(file.string() + ".csv", csv);
  write_file_atomically(file.string() + ".gp", gnuplot_script(figure));
  draw(figure, {file.string() + ".svg", file.string() + ".png"});
}

void write_picture(const Figure& figure, const fs::path& file) {
  check(figure);
  draw(figure, {file});
}

}  // namespace sgilo
