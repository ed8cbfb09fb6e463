#include "sgilo/report/figure.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/data/image_io.h"
#include "sgilo/report/figure_layout.h"
#include "sgilo/report/gnuplot.h"
#include "sgilo/report/gnuplot_script.h"
#include "support/all_pixels.h"
#include "support/error_text.h"
#include "support/skip_without_gnuplot.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// Whether elements of XML close in the order in which they open, and every & begins an entity.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; (at = xml.find_first_of("<&", at)) != std::string::npos; ++at) {
    if (xml[at] == '&') {
      if (xml.find(';', at) > at + 7) return false;
      continue;
    }
    if (xml.compare(at, 4, "<!--") == 0) {
      at = xml.find("-->", at);
      continue;
    }
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" \t\n/"));
    if (tag[0] == '?' || tag[0] == '!' || tag.back() == '/') continue;
    if (tag[0] != '/') {
      open.push_back(name);
    } else {
      if (open.empty() || tag != "/" + open.back()) return false;
      open.pop_back();
    }
  }
  return open.empty();
}

Figure example() {
  Figure figure;
  figure.name = "figure_1";
  figure.title = "Loss & <gradient>";
  Panel panel;
  panel.x = {"step η", AxisScale::logarithmic};
  panel.y = {"‖x − x*‖"};
  panel.curves.push_back(
      {"θ_d of W₁", CurveStyle::line_and_points, {0.01, 0.1, 1}, {1, 2, 3}, {0, 1, 2}, {2, 3, 4}});
  panel.curves.push_back({"it's", CurveStyle::dashed, {0.01, 1}, {1, 1}});
  figure.panels.push_back(panel);
  return figure;
}

Figure with_map(Tensor values) {
  Figure figure;
  figure.name = "map";
  Panel panel;
  HeatMap map;
  for (std::int64_t i = 0; i < values.size(1); ++i) map.x.push_back(0.5 * static_cast<double>(i));
  for (std::int64_t i = 0; i < values.size(0); ++i) map.y.push_back(static_cast<double>(i));
  map.values = std::move(values);
  panel.map = map;
  figure.panels.push_back(panel);
  return figure;
}

TEST(FigureData, HoldsEveryNumberOfEveryPart) {
  Figure figure = with_map(torch::tensor({{1.0, 2.5}}, torch::kFloat64));
  Panel panel;
  panel.curves.push_back({"c", CurveStyle::points, {1}, {2}, {1.5}, {2.5}});
  panel.curves.push_back({"band", CurveStyle::band, {1}, {}, {0.1}, {0.2}});
  panel.arrows = {{1}, {2}, {3}, {4}};
  panel.marks.push_back({1, 0, "x*"});
  panel.strips.push_back({1, 10, "noise"});
  figure.panels[0].map->label = "L";
  figure.panels.push_back(panel);
  EXPECT_EQ(figure_data(figure).csv(),
            "panel,kind,label,x,y,low,high,dx,dy,value\n"
            "1,map,L,0,0,,,,,1\n"
            "1,map,L,0.5,0,,,,,2.5\n"
            "2,curve,c,1,2,1.5,2.5,,,\n"
            "2,curve,band,1,,0.1,0.2,,,\n"
            "2,arrow,,1,2,,,3,4,\n"
            "2,mark,x*,1,0,,,,,\n"
            "2,strip,noise,,,1,10,,,\n");
}

TEST(FigureData, RefusesWhatDoesNotFitTogether) {
  const auto refusal = [](auto change) {
    Figure figure = example();
    change(figure, figure.panels[0]);
    return error_text<ConfigError>([&] { figure_data(figure); });
  };
  EXPECT_EQ(refusal([](Figure&, Panel& panel) { panel.curves[1].y.pop_back(); }),
            "figure 'figure_1', panel 1, curve 'it's' has 2 x, 1 y, but needs as many of each");
  EXPECT_EQ(refusal([](Figure&, Panel& panel) { panel.curves[0].low.pop_back(); }),
            "figure 'figure_1', panel 1, curve 'θ_d of W₁' has 3 x, 3 y, 2 low, 3 high, but needs "
            "as many of each");
  EXPECT_EQ(refusal([](Figure&, Panel& panel) { panel.curves[1].style = CurveStyle::band; }),
            "figure 'figure_1', panel 1, curve 'it's' has 2 x, 2 y, 0 low, 0 high, but needs as "
            "many of each");
  EXPECT_EQ(refusal([](Figure&, Panel& panel) { panel.arrows.x = {1}; }),
            "figure 'figure_1', panel 1, arrows has 1 x, 0 y, 0 dx, 0 dy, but needs as many of "
            "each");
  EXPECT_EQ(refusal([](Figure&, Panel& panel) { panel.curves[1].second_axis = true; }),
            "figure 'figure_1', panel 1, curve 'it's' needs a second y axis, but the panel has "
            "none");
  EXPECT_EQ(refusal([](Figure& figure, Panel&) { figure.name = "../a b"; }),
            "the name of a figure must be of letters, digits, '_' and '-', but is '../a b'");
  EXPECT_EQ(refusal([](Figure& figure, Panel&) { figure.panels.clear(); }),
            "figure 'figure_1' must have a panel, but has none");
  Figure map = with_map(torch::zeros({2, 3}, torch::kFloat64));
  map.panels[0].map->x.pop_back();
  EXPECT_EQ(error_text<ConfigError>([&] { figure_data(map); }),
            "figure 'map', panel 1: the heat map's values must have shape [2 y, 2 x], but have "
            "[2, 3]");
  map = with_map(torch::zeros({2, 3}, torch::kFloat64));
  map.panels[0].y.scale = AxisScale::logarithmic;
  EXPECT_EQ(error_text<ConfigError>([&] { figure_data(map); }),
            "figure 'map', panel 1: the axes of a heat map must be linear, but one is logarithmic");
}

TEST(FigureLayout, GivesPanelsEqualSizesAndUnitsEqualLengthsWhereAsked) {
  Figure figure = example();
  figure.panels.push_back(figure.panels[0]);
  figure.panels[1].y.label = "";
  figure.panels.push_back(with_map(torch::rand({4, 20}, torch::kFloat64)).panels[0]);
  figure.panels[2].equal_units = true;
  const FigureLayout layout = figure_layout(figure);
  ASSERT_EQ(layout.panels.size(), 3U);
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(layout.panels[i].inside.width, figure.panel_width);
    EXPECT_EQ(layout.panels[i].inside.height, figure.panel_height);
    EXPECT_EQ(layout.panels[i].inside.top, layout.panels[0].inside.top);
  }
  const PanelLayout& map = layout.panels[2];
  EXPECT_NEAR(map.inside.width / map.inside.height, 10.0 / 4, 1e-9);
  EXPECT_LT(map.colour_label, layout.width);
  figure.columns = 2;
  const FigureLayout two_rows = figure_layout(figure);
  EXPECT_GT(two_rows.panels[2].inside.top, two_rows.panels[0].inside.bottom());
  EXPECT_LT(two_rows.width, layout.width);
}

TEST(FigureLayout, LeavesCurvesOutOfTheLegendThatTheDataName) {
  Figure figure;
  figure.name = "f";
  figure.panels.resize(1);
  figure.panels[0].curves.push_back({"seen", CurveStyle::points, {0, 1}, {0, 1}});
  figure.panels[0].curves.push_back({"model", CurveStyle::dashed, {0, 1}, {0, 1}});
  EXPECT_EQ(figure_layout(figure).panels[0].legend.size(), 2U);
  figure.panels[0].curves[1].in_legend = false;
  EXPECT_EQ(figure_layout(figure).panels[0].legend.size(), 1U);
  EXPECT_EQ(occurrences(figure_data(figure).csv(), "model"), 2);
}

TEST(FigureLayout, PutsTheLegendWhereItCoversNoData) {
  Figure figure;
  figure.name = "f";
  Panel panel;
  panel.curves.push_back({"rising", CurveStyle::line, {0, 1}, {0, 1}});
  figure.panels = {panel};
  const auto entry = [&] {
    const PanelLayout place = figure_layout(figure).panels[0];
    return std::pair{(place.legend[0].left - place.inside.left) / place.inside.width,
                     (place.legend[0].middle - place.inside.top) / place.inside.height};
  };
  EXPECT_LT(entry().first, 0.1);  // top left
  EXPECT_LT(entry().second, 0.1);
  figure.panels[0].curves[0].y = {1, 0};
  EXPECT_GT(entry().first, 0.5);  // top right
  EXPECT_LT(entry().second, 0.1);
  figure.panels[0].legend = "bottom left";
  EXPECT_LT(entry().first, 0.1);
  EXPECT_GT(entry().second, 0.9);
  // A band over everything leaves the place below.
  figure.panels[0].legend = "best";
  figure.panels[0].curves.push_back({"", CurveStyle::band, {0, .5, 1}, {}, {0, 0, 0}, {1, 1, 1}});
  for (int i = 0; i < 30; ++i)
    figure.panels[0].curves.push_back({"", CurveStyle::line, {0, 1}, {i / 30.0, i / 30.0}});
  EXPECT_GT(entry().second, 1);
  figure.panels[0].legend = "blow";
  EXPECT_EQ(
      error_text<ConfigError>([&] { figure_layout(figure); }),
      "figure 'f': unknown legend place 'blow', did you mean 'below'? known legend places: best, "
      "below, top right, top left, bottom right, bottom left, top, bottom, right, left");
}

TEST(FigureLayout, FoldsLongTitles) {
  Figure figure = example();
  figure.panel_width = 120;
  figure.panels[0].title = "a title that is far too long ^{for a narrow panel}";
  const std::string title = with_folded_texts(figure).panels[0].title;
  EXPECT_GE(occurrences(title, "\n"), 2);
  EXPECT_EQ(occurrences(title, "^{for a narrow panel}"), 1);
  EXPECT_EQ(with_folded_texts(example()).panels[0].y.label, "‖x − x*‖");
}

TEST(GnuplotText, EscapesWhatEnhancedTextWouldTakeAsCommands) {
  EXPECT_EQ(gnuplot_text("a & {b} @ ~ \\ `c` \"d\" $e"),
            "'a & {b} @ ~ \\ `c` \"d\" $e' noenhanced");
  EXPECT_EQ(gnuplot_text("it's\x01"), "'it''s ' noenhanced");
  EXPECT_EQ(gnuplot_text("two\nlines"), "'two'.\"\\n\".'lines' noenhanced");
  EXPECT_EQ(gnuplot_text("a\\_b"), "'a_b' noenhanced");
  EXPECT_EQ(gnuplot_text("a_ b^"), "'a_ b^' noenhanced");
  EXPECT_EQ(gnuplot_text("θ_d"), "'θ_{d}' enhanced");
  EXPECT_EQ(gnuplot_text("x_⊥"), "'x_{⊥}' enhanced");
  EXPECT_EQ(gnuplot_text("e^{-t & s}{u}\\_"), "'e^{-t\u00a0\\046\u00a0s}\\{u\\}\\_' enhanced");
}

TEST(GnuplotScript, HoldsTheNumbersAndNamesNoOtherFile) {
  const std::string script = gnuplot_script(example());
  EXPECT_EQ(occurrences(script, "$panel1_curve1 << EOD\n0.01 1 0 2\n0.1 2 1 3\n1 3 2 4\nEOD\n"), 1);
  EXPECT_EQ(occurrences(script, "set logscale x 10"), 1);
  EXPECT_EQ(occurrences(script, "10^{%T}"), 1);
  EXPECT_EQ(occurrences(script, "'θ_{d} of W₁' enhanced") +
                occurrences(script, "'θ_{d}\u00a0of\u00a0W₁' enhanced"),
            1);
  EXPECT_EQ(occurrences(script, "'it''s' noenhanced"), 1);
  EXPECT_EQ(occurrences(script, ".csv"), 0);
  EXPECT_EQ(occurrences(script, "/"), 0);
}

TEST(GnuplotScript, ClipsStripsAndLeavesOutMarksBeyondTheAxes) {
  Figure figure = example();
  Panel& panel = figure.panels[0];
  panel.x.least = 0.1;
  panel.x.most = 10;
  panel.strips = {{0, 1, "noise"}, {1, INFINITY, "signal"}};
  panel.marks = {{1, 2, "inside"}, {20, 2, "outside"}, {NAN, 2, "nowhere"}};
  const std::string script = gnuplot_script(figure);
  EXPECT_EQ(occurrences(script, "rectangle from 0.1,graph 0 to 1,graph 1 "), 1);
  EXPECT_EQ(occurrences(script, "rectangle from 1,graph 0 to 10,graph 1 "), 1);
  EXPECT_EQ(occurrences(script, "'inside'"), 1);
  EXPECT_EQ(occurrences(script, "'outside'") + occurrences(script, "'nowhere'"), 0);
}

TEST(WriteFigure, WritesNumbersScriptAndBothPictures) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  const Figure figure = example();
  write_figure(figure, folder.path());
  EXPECT_EQ(folder.count(), 4);
  EXPECT_EQ(folder.get("figure_1.csv"), figure_data(figure).csv());
  EXPECT_EQ(folder.get("figure_1.gp"), gnuplot_script(figure));
  const std::string svg = folder.get("figure_1.svg");
  EXPECT_TRUE(is_well_formed(svg));
  EXPECT_TRUE(svg.starts_with("<?xml"));
  for (const char* text : {">step η</text>", ">‖x − x*‖</text>", ">it's</text>", ">θ</tspan>",
                           "\u00a0W₁", "Loss\u00a0&amp;\u00a0&lt;gradient"})
    EXPECT_GE(occurrences(svg, text), 1) << text;
#ifdef SGILO_WITH_IMAGES
  const FigureLayout layout = figure_layout(figure);
  const Tensor picture = all_pixels(read_image(folder / "figure_1.png"));
  EXPECT_EQ(picture.size(1), 2 * static_cast<std::int64_t>(layout.height));
  EXPECT_EQ(picture.size(2), 2 * static_cast<std::int64_t>(layout.width));
  const Tensor blue = torch::tensor({0.0F, 115 / 255.F, 179 / 255.F}).reshape({3, 1, 1}) * 2 - 1;
  EXPECT_GT(((picture - blue).abs().amax(0) < 0.02).sum().item<int>(), 1000);
  EXPECT_EQ(picture[0][0][0].item<float>(), 1);
#endif
}

TEST(WritePicture, WritesThePictureAlone) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  write_figure(example(), folder / "all");
  for (const char* ending : {"svg", "png"}) {
    const std::string name = concat("any name.of it.", ending);
    write_picture(example(), folder / name);
    EXPECT_EQ(folder.get(name), folder.get(concat("all/figure_1.", ending)));
  }
  EXPECT_EQ(folder.count(), 3);
}

TEST(WriteFigure, ItsScriptDrawsTheSamePicturesAgain) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  write_figure(example(), folder.path());
  const std::string svg = folder.get("figure_1.svg"), png = folder.get("figure_1.png");
  fs::remove(folder / "figure_1.svg");
  fs::remove(folder / "figure_1.png");
  fs::remove(folder / "figure_1.csv");
  run_gnuplot({"figure_1.gp"}, folder.path());
  EXPECT_EQ(folder.get("figure_1.svg"), svg);
  EXPECT_EQ(folder.get("figure_1.png"), png);
}

TEST(WriteFigure, EmbedsHeatMapsAsPictures) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  Figure figure = with_map(torch::randn({100, 150}, torch::kFloat64));
  figure.panels[0].map->diverging = true;
  figure.panels[0].map->contours = {3};
  write_figure(figure, folder.path());
  const std::string svg = folder.get("map.svg");
  EXPECT_TRUE(is_well_formed(svg));
  EXPECT_LT(svg.size(), 1000000U);
  EXPECT_EQ(occurrences(svg, "data:image/png;base64,"), 1);
}

TEST(WriteFigure, DrawsPartsWithoutAnythingToShow) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  Figure figure;
  figure.name = "f";
  figure.columns = 6;
  for (const AxisScale scale : {AxisScale::linear, AxisScale::logarithmic})
    for (const std::vector<double>& values :
         {std::vector<double>{}, std::vector<double>{5}, std::vector<double>{NAN, NAN},
          std::vector<double>{0, 0}, std::vector<double>{1, INFINITY},
          std::vector<double>{1e9, 1e9 + 1e-3}}) {
      Panel panel;
      panel.y.scale = scale;
      panel.curves = {
          {"c", CurveStyle::line, values, values},
          {"steps", CurveStyle::steps, values, values},
          {"bars", CurveStyle::points, values, values, values, values},
          {"band", CurveStyle::band, values, {}, values, values},
      };
      figure.panels.push_back(panel);
    }
  for (const auto& [rows, columns] : {std::pair{1, 1}, std::pair{1, 4}, std::pair{3, 3}})
    for (const double value : {2.0, static_cast<double>(NAN)}) {
      Panel panel = with_map(torch::full({rows, columns}, value, torch::kFloat64)).panels[0];
      panel.map->contours = {1, 2, 3};
      panel.map->diverging = value != 2;
      figure.panels.push_back(panel);
    }
  write_figure(figure, folder.path());
  EXPECT_TRUE(is_well_formed(folder.get("f.svg")));
}

}  // namespace
}  // namespace sgilo
