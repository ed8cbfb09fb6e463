#include "sgilo/report/plot.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// Pixels of the picture whose colour is that of the first series.
double first_series_pixels(const Tensor& picture) {
  const Tensor blue = torch::tensor({0.0F, 0.45F, 0.70F}).reshape({3, 1, 1}) * 2 - 1;
  return ((picture - blue).abs().amax(0) < 0.02).sum().item<double>();
}

LinePlot example() {
  LinePlot plot;
  plot.title = "loss <of> \"A & B\"";
  plot.x_label = "step";
  plot.y_label = "loss";
  plot.series.push_back({"first", {0, 1, 2, 3}, {4, 3, 2, 1}, {}, SeriesStyle::line});
  plot.series.push_back(
      {"second", {0, 1, 2, 3}, {1, 2, 2, 4}, {0.1, 0.1, 0.1, 0.1}, SeriesStyle::line_and_points});
  return plot;
}

TEST(AxisTicks, AreRoundNumbersInsideTheLimits) {
  const auto linear = axis_ticks(-0.1, 1.1, AxisScale::linear);
  ASSERT_EQ(linear.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(linear[i], 0.2 * static_cast<double>(i), 1e-12);
  const std::vector<double> decades = axis_ticks(0.5e-3, 20, AxisScale::logarithmic);
  ASSERT_EQ(decades.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(decades[i] / std::pow(10, static_cast<double>(i) - 3), 1, 1e-12);
  const std::vector<double> few = axis_ticks(1, 30, AxisScale::logarithmic);
  EXPECT_EQ(few, (std::vector<double>{1, 2, 5, 10, 20}));
  EXPECT_LE(axis_ticks(1e-30, 1e30, AxisScale::logarithmic).size(), 9U);
  EXPECT_GE(axis_ticks(3.0, 4.0, AxisScale::logarithmic).size(), 3U);
}

TEST(PlotSvg, HoldsTitlesLegendAndEscapesThem) {
  const std::string svg = plot_svg(example());
  EXPECT_TRUE(svg.starts_with("<svg xmlns="));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(occurrences(svg, ">loss &lt;of&gt; &quot;A &amp; B&quot;</text>"), 1);
  EXPECT_EQ(occurrences(svg, ">first</text>"), 1);
  EXPECT_EQ(occurrences(svg, ">second</text>"), 1);
  // Three pieces of line and one in the legend.
  EXPECT_EQ(occurrences(svg, "stroke=\"#0073b3\""), 4);
  EXPECT_EQ(occurrences(svg, "nan"), 0);
}

TEST(PlotSvg, LeavesGapsWhereAPointCannotBeShown) {
  LinePlot plot;
  plot.y_scale = AxisScale::logarithmic;
  plot.series.push_back({"", {0, 1, 2, 3, 4, 5}, {1, 10, 0, 10, NAN, 1}, {}, SeriesStyle::line});
  EXPECT_EQ(occurrences(plot_svg(plot), "stroke=\"#0073b3\""), 1);
}

TEST(PlotSvg, DrawsConstantEmptyAndSinglePointSeries) {
  for (const std::vector<double>& values :
       {std::vector<double>{}, std::vector<double>{5}, std::vector<double>{0, 0},
        std::vector<double>{1e9, 1e9 + 1e-3}, std::vector<double>{NAN}})
    for (const AxisScale scale : {AxisScale::linear, AxisScale::logarithmic}) {
      LinePlot plot;
      plot.y_scale = scale;
      plot.series.push_back(
          {"s", std::vector<double>(values.size(), 1.0), values, {}, SeriesStyle::points});
      const std::string svg = plot_svg(plot);
      EXPECT_EQ(occurrences(svg, "nan") + occurrences(svg, "inf"), 0) << svg;
    }
}

TEST(PlotPicture, DrawsTheSeriesInItsColour) {
  LinePlot plot = example();
  const Tensor picture = plot_picture(plot);
  EXPECT_EQ(picture.sizes(), (torch::IntArrayRef{3, 440, 760}));
  EXPECT_GE(picture.min().item<double>(), -1);
  EXPECT_LE(picture.max().item<double>(), 1);
  EXPECT_GT(first_series_pixels(picture), 300);
  plot.series.erase(plot.series.begin());
  plot.series.insert(plot.series.begin(), Series{"first", {}, {}, {}, SeriesStyle::points});
  EXPECT_LT(first_series_pixels(plot_picture(plot)), 60);
}

TEST(PlotPicture, RefusesSeriesOfUnequalLengthsAndTinyPlots) {
  LinePlot plot;
  plot.title = "t";
  plot.series.push_back({"s", {1, 2}, {1}, {}, SeriesStyle::line});
  EXPECT_EQ(error_text<ConfigError>([&] { plot_picture(plot); }),
            "series 's' of the plot 't' has 2 x, 1 y and 0 errors, but needs as many of each");
  plot.series.clear();
  plot.width = 50;
  EXPECT_EQ(error_text<ConfigError>([&] { plot_picture(plot); }),
            "plot 't' of 50 x 440 pixels is too small for its axes and legend");
}

}  // namespace
}  // namespace sgilo
