#include "sgilo/report/plot.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

constexpr const char* kFirstColour = "stroke=\"#0073b3\"";

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(PlotSvg, HoldsTitlesLegendAndEscapesThem) {
  const std::string svg = plot_svg(
      {.title = "loss <of> \"A & B\"",
       .x_label = "step",
       .y_label = "loss",
       .series = {{"first", {0, 1, 2, 3}, {4, 3, 2, 1}}, {"second", {0, 1, 2, 3}, {1, 2, 2, 4}}}});
  EXPECT_TRUE(svg.starts_with("<svg xmlns="));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(occurrences(svg, ">loss &lt;of&gt; &quot;A &amp; B&quot;</text>"), 1);
  for (const char* text : {">step</text>", ">loss</text>", ">first</text>", ">second</text>"})
    EXPECT_EQ(occurrences(svg, text), 1) << text;
  // Four points, three pieces of line between them, and one of each in the legend.
  EXPECT_EQ(occurrences(svg, kFirstColour), 9);
  EXPECT_EQ(occurrences(svg, "nan"), 0);
}

TEST(PlotSvg, LeavesGapsWhereAPointCannotBeShown) {
  const std::string svg =
      plot_svg({.series = {{"", {0, 1, 2, 3, 4, 5}, {1, 10, INFINITY, 10, NAN, 1}}}});
  EXPECT_EQ(occurrences(svg, kFirstColour), 4 + 1);  // four points, of which two are neighbours
}

TEST(PlotSvg, DrawsConstantEmptyAndSinglePointSeries) {
  for (const std::vector<double>& values :
       {std::vector<double>{}, {5}, {0, 0}, {1e9, 1e9 + 1e-3}, {NAN}}) {
    const std::string svg =
        plot_svg({.series = {{"s", std::vector<double>(values.size(), 1.0), values}}});
    EXPECT_EQ(occurrences(svg, "nan") + occurrences(svg, "inf"), 0) << svg;
  }
}

TEST(PlotSvg, RefusesSeriesOfUnequalLengths) {
  EXPECT_EQ(error_text<ConfigError>([] {
              plot_svg({.title = "t", .series = {{"s", {1, 2}, {1}}}});
            }),
            "series 's' of the plot 't' has 2 x, 1 y, but needs as many of each");
}

}  // namespace
}  // namespace sgilo
