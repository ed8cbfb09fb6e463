// How far the chain's stationary law is from the diffusion's (S1).
#include "sgilo/experiments/theory/stationary_bias.h"

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/population_setting.h"
#include "sgilo/experiments/theory/slope.h"
#include "sgilo/theory/axial_bounds.h"
#include "sgilo/theory/wasserstein.h"

namespace sgilo {
namespace {

struct StationaryBias {
  std::vector<double> step_sizes;
  std::vector<double> across;  // W1 of |x_perp|, which most of the distance is in
  std::vector<double> whole;   // the lower bound of W2
  double floor = 0;            // W1 of as many exact draws of |x_perp|
};

// W1 of |x_perp| where the loss is quadratic with curvature 1: its law is a chi law of n - 1
// degrees, which the step dilates.
double predicted_across(const PopulationSetting& setting, double step_size) {
  const double half = static_cast<double>(setting.dimension - 1) / 2;
  return quadratic_stationary_bias(step_size) * std::sqrt(2 / setting.inverse_temperature()) *
         std::exp(std::lgamma(half + 0.5) - std::lgamma(half));
}

// Chains from exact draws, at 100 times that are 0.5 apart after a while of 6; twice as many chains
// where the step is small, so that the least bias seen stays thirty times the standard error.
StationaryBias stationary_bias(const PopulationSetting& setting,
                               const std::vector<double>& step_sizes, std::int64_t usual_chains,
                               const RandomStreams& streams) {
  constexpr int kTimes = 100;
  const StationaryLaw law = setting.law();
  const AxialSample exact = axial_quantiles(law, kExactQuantiles);
  StationaryBias bias;
  for (const double step_size : step_sizes) {
    const RandomStreams random = streams.child("step", bias.step_sizes.size());
    const std::int64_t chains = step_size < 0.1 ? 2 * usual_chains : usual_chains;
    const int gap = steps_of(0.5, step_size), first = steps_of(6, step_size);
    AxialSample seen{torch::empty({kTimes, chains}, torch::kFloat64),
                     torch::empty({kTimes, chains}, torch::kFloat64)};
    const ChainOptions options{.step_size = step_size,
                               .inverse_temperature = setting.inverse_temperature(),
                               .steps = first + gap * (kTimes - 1)};
    run_chains(setting.gradient(), law.draw(chains, random.child("start")).to(torch::kFloat32),
               options, random, [&](int step, std::int64_t row, const Tensor& x) {
                 if (step < first || (step - first) % gap != 0) return true;
                 const AxialSample now = axial_sample(x);
                 const int time = (step - first) / gap;
                 seen.along[time].narrow(0, row, x.size(0)).copy_(now.along);
                 seen.across[time].narrow(0, row, x.size(0)).copy_(now.across);
                 return true;
               });
    seen = {seen.along.flatten(), seen.across.flatten()};
    bias.step_sizes.push_back(step_size);
    bias.across.push_back(wasserstein1(seen.across, exact.across));
    bias.whole.push_back(least_wasserstein2(seen, exact));
  }
  bias.floor = wasserstein1(
      axial_sample(law.draw(kTimes * usual_chains, streams.child("floor"))).across, exact.across);
  return bias;
}

void check_bias(TheoryRun& run, const PopulationSetting& setting, const StationaryBias& bias) {
  for (std::size_t i = 0; i < bias.step_sizes.size(); ++i) {
    const double step_size = bias.step_sizes[i];
    if (step_size > 0.4) continue;  // the quadratic model's range
    const auto instance =
        concat("n = ", setting.dimension, ", C = ", setting.concentration, ", eta = ", step_size);
    run.add_known(check_near("S1", concat("W1, ", instance), predicted_across(setting, step_size),
                             bias.across[i], 0.12));
    run.add_known(check_near("S1", concat("W2, ", instance), setting.quadratic_bias(step_size),
                             bias.whole[i], 0.12));
  }
}

void check_order_of_bias(TheoryRun& run, double concentration, const StationaryBias& bias) {
  std::vector<double> step_sizes, values;
  for (std::size_t i = 0; i < bias.step_sizes.size(); ++i)
    if (bias.step_sizes[i] <= 0.4) {
      step_sizes.push_back(bias.step_sizes[i]);
      values.push_back(bias.across[i]);
    }
  run.add_known(check_between("S1", concat("order in eta, C = ", concentration), 0.85, 1.2,
                              logarithmic_slope(step_sizes, values)));
}

void draw_bias(TheoryRun& run,
               const std::vector<std::pair<PopulationSetting, StationaryBias>>& population,
               const NetworkWasserstein& network) {
  Figure figure{.name = "figure_09_stationary_bias",
                .title = "The chain's stationary bias is of order η",
                .caption =
                    "Wasserstein distance W1 between the chain's stationary law and the exact "
                    "one against the step size. Points are measured, dashed lines the "
                    "quadratic model; the paper's bound has the slope 1/2.",
                .panels = {}};
  const FigureAxis x{.label = "step size η", .scale = AxisScale::logarithmic};
  const FigureAxis y{.label = "W₁ to the stationary law", .scale = AxisScale::logarithmic};
  Panel panel{.title = "Population landscape", .x = x, .y = y, .legend = "bottom right"};
  int colour = 0;
  for (const auto& [setting, bias] : population) {
    Curve seen{.label = concat("C = ", setting.concentration),
               .style = CurveStyle::points,
               .x = bias.step_sizes,
               .y = bias.across,
               .colour = colour};
    Curve model{.label = seen.label + ", quadratic model",
                .style = CurveStyle::dashed,
                .colour = colour++,
                .in_legend = false};
    for (double step_size = 0.04; step_size < 1.01; step_size *= 1.25) {
      model.x.push_back(step_size);
      model.y.push_back(predicted_across(setting, step_size));
    }
    panel.curves.push_back(std::move(seen));
    panel.curves.push_back(std::move(model));
  }
  const double scale = 1 / std::sqrt(population.front().first.concentration);
  panel.curves.push_back({.label = "slope 1/2 (B.19)",
                          .style = CurveStyle::dotted,
                          .x = {0.04, 1},
                          .y = {0.2 * scale, scale},
                          .colour = colour});
  figure.panels.push_back(std::move(panel));
  if (!network.step_size.empty()) {
    Panel real{.title = "Random network", .x = x, .y = y, .legend = "top left"};
    real.curves = {{.label = "chain against exact draws",
                    .style = CurveStyle::points,
                    .x = network.step_size,
                    .y = network.bias,
                    .colour = 0},
                   {.label = "quadratic model at z*",
                    .style = CurveStyle::dashed,
                    .x = network.step_size,
                    .y = network.predicted_bias,
                    .colour = 0},
                   {.label = "two exact samples",
                    .style = CurveStyle::dotted,
                    .x = {network.step_size.front(), network.step_size.back()},
                    .y = {network.floor, network.floor},
                    .colour = colour}};
    figure.panels.push_back(std::move(real));
  }
  run.add(std::move(figure));
}

}  // namespace

void check_stationary_bias(TheoryRun& run, const NetworkWasserstein& network) {
  const RandomStreams streams = run.streams("S1");
  const PopulationSetting setting(run.options());
  const std::vector<double> all{0.8, 0.4, 0.2, 0.1, 0.05}, quick{0.4, 0.2, 0.1};
  std::vector<std::pair<PopulationSetting, StationaryBias>> biases;
  std::vector<double> concentrations{setting.concentration};
  if (run.full()) concentrations.push_back(0.3 * setting.concentration);
  for (const double concentration : concentrations) {
    const PopulationSetting here(run.options().depth, setting.dimension, concentration);
    biases.emplace_back(here, stationary_bias(here, run.full() ? all : quick, run.chains(4000),
                                              streams.child("C", biases.size())));
    check_bias(run, here, biases.back().second);
    check_order_of_bias(run, concentration, biases.back().second);
    run.observer().on_message(concat("S1: exact draws are ", biases.back().second.floor,
                                     " from their law at this sample size"));
    if (run.stopped()) return;
  }
  if (run.full())
    for (const std::int64_t n : {10, 50, 100}) {
      const PopulationSetting here(run.options().depth, n, setting.concentration);
      check_bias(run, here,
                 stationary_bias(here, {0.2}, run.chains(4000),
                                 streams.child("n", static_cast<std::uint64_t>(n))));
      if (run.stopped()) return;
    }
  draw_bias(run, biases, network);
}

}  // namespace sgilo
