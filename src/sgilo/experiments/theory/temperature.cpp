// What the stationary law is at beta = C n, from noise to a point (B1 to B3), and how little of it
// lies outside a ball (S6). The real network's part is in temperature_network.h.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/population_setting.h"
#include "sgilo/experiments/theory/temperature_network.h"
#include "sgilo/experiments/theory/theory_run.h"
#include "sgilo/theory/stationary_limit.h"

namespace sgilo {
namespace {

double cosine(PolarPoint x) { return std::cos(x.angle); }

struct Means {
  double cosine, distance;
};
Means means_of(int depth, std::int64_t dimension, double concentration) {
  const StationaryLaw law = PopulationSetting(depth, dimension, concentration).law();
  return {law.mean(cosine), law.mean(distance_to_truth)};
}

// (max - min) / mean over the dimensions.
double spread(const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += value;
  return (*most - *least) * static_cast<double>(values.size()) / sum;
}

void check_temperature(TheoryRun& run) {
  const int depth = run.options().depth;
  const std::vector<std::int64_t> dimensions{10, 20, 50, 100};
  const auto over_dimensions = [&](auto means_at) {
    std::pair<std::vector<double>, std::vector<double>> out;  // cosines, distances
    for (const std::int64_t n : dimensions) {
      const Means means = means_at(n);
      out.first.push_back(means.cosine);
      out.second.push_back(means.distance);
    }
    return out;
  };
  double largest = 0;
  for (const double concentration : {1.0, 3.0, 10.0, 100.0, 1000.0}) {
    const auto [cosines, distances] =
        over_dimensions([&](std::int64_t n) { return means_of(depth, n, concentration); });
    largest = std::max({largest, spread(cosines), spread(distances)});
    if (concentration >= 100)
      run.add_known(check_near("B1", concat("E |x - x*| at C = ", concentration, ", n = 20"),
                               1 / std::sqrt(concentration), distances[1], 0.03));
  }
  struct Known {
    double concentration;
    std::int64_t dimension;
    double cosine;
  };
  for (const auto& [concentration, n, expected] :
       {Known{1, 10, 0.472}, Known{1, 100, 0.493}, Known{10, 10, 0.946}, Known{10, 100, 0.942}})
    run.add_known(check_within("B1", concat("E cos, C = ", concentration, ", n = ", n), expected,
                               means_of(depth, n, concentration).cosine, 1e-3));
  run.add(check_at_most("B1", "spread over n = 10 .. 100 at one C of 1 to 1000", 0.05, largest));
  const Means noise = means_of(depth, 20, 0.1);
  run.add_known(check_within("B1", "noise: E cos, C = 0.1", 0.11, noise.cosine, 0.02));
  run.add(check_at_least("B1", "noise: E |x - x*|, C = 0.1", 1, noise.distance));
  const auto at_one_beta = over_dimensions(
      [&](std::int64_t n) { return means_of(depth, n, 100.0 / static_cast<double>(n)); });
  run.add(check_at_least("B1", "spread of E cos over n = 10 .. 100 at beta = 100", 0.3,
                         spread(at_one_beta.first)));
}

void check_limit(TheoryRun& run) {
  const int depth = run.options().depth;
  for (const double concentration : {1.0, 10.0, 100.0}) {
    const PolarPoint limit = limit_minima(PopulationLandscape(depth), concentration).front();
    const Means means = means_of(depth, 100, concentration);
    const auto instance = concat(", C = ", concentration, ", n = 100");
    run.add(check_near("B2", "E cos" + instance, std::cos(limit.angle), means.cosine, 0.02));
    run.add(
        check_near("B2", "E |x - x*|" + instance, distance_to_truth(limit), means.distance, 0.02));
  }
}

// C at which E cos = 1/2.
double crossover(int depth, std::int64_t dimension) {
  double low = std::log(0.1), high = std::log(100.0);
  for (int halving = 0; halving < 14; ++halving) {
    const double middle = (low + high) / 2;
    (means_of(depth, dimension, std::exp(middle)).cosine < 0.5 ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

void check_transition(TheoryRun& run) {
  struct Known {
    int depth;
    double crossover;
  };
  for (const Known known :
       {Known{2, 1.03}, Known{3, 1.54}, Known{4, 2.15}, Known{6, 3.69}, Known{10, 8.15}}) {
    const PopulationLandscape landscape(known.depth);
    std::size_t most = 0;
    for (double concentration = 0.1; concentration <= 5000; concentration *= 1.25)
      most = std::max(most, limit_minima(landscape, concentration).size());
    run.add(check_within("B3", concat("minima of F_C, d = ", known.depth, ", C = 0.1 .. 5000"), 1,
                         static_cast<double>(most), 0));
    run.add(check_near("B3", concat("C with E cos = 1/2, d = ", known.depth, ", n = 50"),
                       known.crossover, crossover(known.depth, 50), 0.01));
    if (run.stopped()) return;
  }
}

double log_mass_outside(int depth, std::int64_t n, double concentration, double radius) {
  return PopulationSetting(depth, n, concentration).law().log_mass_outside(radius);
}

struct Ball {
  double concentration, radius;
};

void check_mass(TheoryRun& run) {
  const int depth = run.options().depth;
  struct Known {
    Ball ball;
    std::int64_t dimension;
    double mass;
  };
  for (const auto& [ball, n, mass] : {Known{{100, 0.2}, 20, 6.4e-8}, Known{{100, 0.2}, 40, 7.6e-14},
                                      Known{{100, 0.2}, 80, 1.4e-25}, Known{{50, 0.2}, 20, 1.5e-2},
                                      Known{{50, 0.2}, 40, 1.5e-3}, Known{{50, 0.2}, 80, 1.8e-5}})
    run.add_known(check_near(
        "S6", concat("mass outside, C = ", ball.concentration, ", l = ", ball.radius, ", n = ", n),
        mass, std::exp(log_mass_outside(depth, n, ball.concentration, ball.radius)), 0.05));
  for (const Ball ball : {Ball{100, 0.2}, Ball{50, 0.2}, Ball{30, 0.3}}) {
    const auto log_mass = [&](std::int64_t n) {
      return log_mass_outside(depth, n, ball.concentration, ball.radius);
    };
    run.add(check_near(
        "S6", concat("rate in n from 400 to 800, C = ", ball.concentration, ", l = ", ball.radius),
        limit_rate_outside(PopulationLandscape(depth), ball.concentration, ball.radius),
        (log_mass(400) - log_mass(800)) / 400, 0.03));
  }
  run.add(check_at_least("S6", "mass outside where C < 1 / l^2: C = 20, l = 0.2, n = 400", 0.99,
                         std::exp(log_mass_outside(depth, 400, 20, 0.2))));

  Figure figure{.name = "figure_12_mass_outside",
                .title = "Mass of μ outside a ball around x*",
                .caption =
                    "Mass of the stationary law at beta = C n farther than l from x*, by "
                    "quadrature; dashed: the rate of its limit for large n. Where C l^2 < 1 "
                    "the law itself lies outside.",
                .panels = {}};
  Panel panel{.title = "",
              .x = {.label = "latent dimension n"},
              .y = {.label = "log₁₀ μ(|x - x*| > l)", .least = -40, .most = 2},
              .legend = "below"};
  int colour = 0;
  for (const Ball ball :
       {Ball{20, 0.2}, Ball{50, 0.2}, Ball{100, 0.2}, Ball{30, 0.3}, Ball{100, 0.3}}) {
    Curve mass{.label = concat("C = ", ball.concentration, ", l = ", ball.radius),
               .style = CurveStyle::line_and_points,
               .colour = colour};
    for (const std::int64_t n : {5, 10, 20, 30, 40, 50, 60, 80, 100}) {
      mass.x.push_back(static_cast<double>(n));
      mass.y.push_back(log_mass_outside(depth, n, ball.concentration, ball.radius) /
                       std::numbers::ln10);
    }
    const double rate =
        limit_rate_outside(PopulationLandscape(depth), ball.concentration, ball.radius);
    if (rate > 0) {
      const double last = mass.y.back();
      panel.curves.push_back({.label = mass.label + ", slope of the limit",
                              .style = CurveStyle::dashed,
                              .x = {0, 100},
                              .y = {last + 100 * rate / std::numbers::ln10, last},
                              .colour = colour,
                              .in_legend = false});
    }
    panel.curves.push_back(std::move(mass));
    ++colour;
  }
  figure.panels.push_back(std::move(panel));
  run.add(std::move(figure));
}

struct TemperatureCurves {
  std::vector<double> concentration, cosine = {}, distance = {};
};

Panel temperature_panel(std::string title, std::string label) {
  return {.title = std::move(title),
          .x = {.label = std::move(label), .scale = AxisScale::logarithmic},
          .y = {.label = "E cos ∠(x, x*), rising", .least = 0, .most = 1.05},
          .y2 = FigureAxis{.label = "E |x - x*|, falling", .least = 0, .most = 4},
          .legend = "below"};
}

void add_curves(Panel& panel, const std::string& label, const TemperatureCurves& curves,
                double factor, CurveStyle style, int colour) {
  std::vector<double> x = curves.concentration;
  for (double& value : x) value *= factor;
  panel.curves.push_back(
      {.label = label, .style = style, .x = x, .y = curves.cosine, .colour = colour});
  panel.curves.push_back({.label = label + ", E |x - x*|",
                          .style = style,
                          .x = x,
                          .y = curves.distance,
                          .colour = colour,
                          .second_axis = true,
                          .in_legend = false});
}

void draw_temperature(TheoryRun& run, const NetworkTemperature& network) {
  const int depth = run.options().depth;
  Panel collapsed = temperature_panel("Against C: one curve", "C = β |x*|^2 / n");
  Panel spread_out = temperature_panel("Against β: one curve for each n", "inverse temperature β");
  collapsed.strips = {{0.1, 1, "noise"}, {1, 30, "posterior"}, {30, 1000, "deterministic"}};
  std::vector<double> concentrations;
  for (double c = 0.1; c < 1001; c *= run.full() ? std::pow(10, 0.125) : std::pow(10, 0.25))
    concentrations.push_back(c);
  int colour = 0;
  for (const std::int64_t n : {10, 50, 200}) {
    TemperatureCurves curves{.concentration = concentrations};
    for (const double concentration : concentrations) {
      const Means means = means_of(depth, n, concentration);
      curves.cosine.push_back(means.cosine);
      curves.distance.push_back(means.distance);
    }
    const auto label = concat("n = ", n);
    add_curves(collapsed, label, curves, 1, CurveStyle::line, colour);
    add_curves(spread_out, label, curves, static_cast<double>(n), CurveStyle::line, colour++);
  }
  TemperatureCurves limit{.concentration = concentrations};
  for (const double concentration : concentrations) {
    const PolarPoint x = limit_minima(PopulationLandscape(depth), concentration).front();
    limit.cosine.push_back(std::cos(x.angle));
    limit.distance.push_back(distance_to_truth(x));
  }
  add_curves(collapsed, "limit of large n", limit, 1, CurveStyle::dashed, colour++);
  if (!network.concentration.empty())
    add_curves(collapsed, "random network",
               {network.concentration, network.cosine, network.distance}, 1, CurveStyle::points,
               colour);
  run.add(Figure{.name = "figure_11_temperature",
                 .title = "From noise over posterior to point estimate as C grows",
                 .caption = "Mean cosine of the angle to the truth (rising, left axis) and mean "
                            "distance (falling, right axis) under the stationary law, by "
                            "quadrature.",
                 .panels = {std::move(collapsed), std::move(spread_out)}});
}

}  // namespace

void temperature_experiment(TheoryRun& run) {
  if (run.checks("B1") && !run.stopped()) check_temperature(run);
  if (run.checks("B2") && !run.stopped()) check_limit(run);
  if (run.checks("B3") && !run.stopped()) check_transition(run);
  const NetworkTemperature network = network_temperature(run);
  if (run.checks("B1") && !run.stopped()) draw_temperature(run, network);
  if (run.checks("S6") && !run.stopped()) check_mass(run);
}

}  // namespace sgilo
