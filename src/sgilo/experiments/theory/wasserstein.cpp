// How the chain's law comes to the stationary one: bounds on its way (S4), and after the steps that
// Theorem A.4 allows (S5). The bias that stays is in stationary_bias.h, real networks are in
// wasserstein_network.h.
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/population_setting.h"
#include "sgilo/experiments/theory/stationary_bias.h"
#include "sgilo/experiments/theory/theory_run.h"
#include "sgilo/theory/axial_bounds.h"
#include "sgilo/theory/coupling.h"

namespace sgilo {
namespace {

constexpr int kSubsteps = 8;  // of the finer chain

struct Approach {
  std::vector<double> time, lower, upper;  // bounds of W1(Z_t, mu)
};

// From `start`, after every `stride` steps: the lower bound from the chains alone, the upper one
// from each chain's distance to a finer one that starts in mu and shares its noise, and that one's
// own bias in the quadratic model.
Approach approach(const PopulationSetting& setting, const Tensor& start, double step_size,
                  int steps, int stride, const RandomStreams& streams) {
  const std::int64_t chains = start.size(0), points = 1 + steps / stride;
  const StationaryLaw law = setting.law();
  const AxialSample exact = axial_quantiles(law, kExactQuantiles);
  AxialSample seen{torch::empty({points, chains}, torch::kFloat64),
                   torch::empty({points, chains}, torch::kFloat64)};
  Tensor distances = torch::empty({points, chains}, torch::kFloat64);
  run_coupled_chains(setting.gradient(), start, law.draw(chains, streams.child("stationary")),
                     {.step_size = step_size,
                      .inverse_temperature = setting.inverse_temperature(),
                      .steps = steps,
                      .substeps = kSubsteps},
                     streams, [&](int step, std::int64_t first, const Tensor& x, const Tensor& y) {
                       if (step % stride != 0) return true;
                       const std::int64_t point = step / stride, count = x.size(0);
                       const AxialSample now = axial_sample(x);
                       seen.along[point].narrow(0, first, count).copy_(now.along);
                       seen.across[point].narrow(0, first, count).copy_(now.across);
                       distances[point].narrow(0, first, count).copy_((x - y).norm(2, 1));
                       return true;
                     });
  Approach out;
  for (std::int64_t i = 0; i < points; ++i) {
    out.time.push_back(step_size * stride * static_cast<double>(i));
    out.lower.push_back(least_wasserstein1({seen.along[i], seen.across[i]}, exact));
    out.upper.push_back(distances[i].mean().item<double>() +
                        setting.quadratic_bias(step_size / kSubsteps));
  }
  return out;
}

struct ApproachOfStep {
  double step_size;
  Approach from_saddle, from_sphere;
};

void check_approach(TheoryRun& run, const std::vector<ApproachOfStep>& all) {
  double excess = 0;
  for (const ApproachOfStep& each : all)
    for (const Approach* bounds : {&each.from_saddle, &each.from_sphere})
      for (std::size_t i = 0; i < bounds->time.size(); ++i)
        excess = std::max(excess, bounds->lower[i] - bounds->upper[i]);
  run.add_known(check_at_most("S4", "lower above upper bound, all times", 0, excess));

  const ApproachOfStep& fine = all.back();  // eta = 0.1
  struct Known {
    double time, lower, upper, tolerance;
  };
  for (const Known known : {Known{0, 1.318, 1.322, 0.01},
                            {2, 1.262, 1.273, 0.01},
                            {4, 0.942, 1.016, 0.05},
                            {6, 0.268, 0.352, 0.12},
                            {8, 0.037, 0.056, 0.3}}) {
    const auto at = static_cast<std::size_t>(std::lround(known.time / 0.4));
    const auto instance = concat(" bound from the saddle, t = ", known.time);
    run.add_known(check_near("S4", "lower" + instance, known.lower, fine.from_saddle.lower[at],
                             known.tolerance));
    run.add_known(check_near("S4", "upper" + instance, known.upper, fine.from_saddle.upper[at],
                             known.tolerance));
  }
  const double coarse_floor = all.front().from_sphere.upper.back();
  run.add_known(check_between("S4", "what stays at eta = 0.4 over that at 0.1", 3.3, 5,
                              coarse_floor / fine.from_sphere.upper.back()));
}

// The band between two bounds and its edges.
void add_bounds(Panel& panel, const std::string& label, const Approach& bounds, int colour) {
  panel.curves.push_back({.label = label + ", band",
                          .style = CurveStyle::band,
                          .x = bounds.time,
                          .low = bounds.lower,
                          .high = bounds.upper,
                          .colour = colour,
                          .in_legend = false});
  panel.curves.push_back({.label = label, .x = bounds.time, .y = bounds.upper, .colour = colour});
  panel.curves.push_back({.label = label + ", lower bound",
                          .x = bounds.time,
                          .y = bounds.lower,
                          .colour = colour,
                          .in_legend = false});
}

Panel approach_panel(std::string title) {
  return {.title = std::move(title),
          .x = {.label = "Langevin time t = η k"},
          .y = {.label = "W₁(Zₜ, μ)", .scale = AxisScale::logarithmic}};
}

Panel approach_panel(std::string title, const std::vector<ApproachOfStep>& all,
                     Approach ApproachOfStep::*start, const PopulationSetting& setting) {
  Panel panel = approach_panel(std::move(title));
  int colour = 0;
  for (const ApproachOfStep& each : all) {
    const Approach& bounds = each.*start;
    add_bounds(panel, concat("η = ", each.step_size), bounds, colour);
    const double bias = setting.quadratic_bias(each.step_size);
    panel.curves.push_back({.label = concat("η = ", each.step_size, ", bias"),
                            .style = CurveStyle::dashed,
                            .x = {0, bounds.time.back()},
                            .y = {bias, bias},
                            .colour = colour++,
                            .in_legend = false});
  }
  return panel;
}

void check_way_to_stationarity(TheoryRun& run, const NetworkWasserstein& network) {
  const PopulationSetting setting(run.options());
  const std::int64_t chains = run.chains(4000);
  std::vector<ApproachOfStep> all;
  for (const double step_size : {0.4, 0.2, 0.1}) {
    const RandomStreams streams = run.streams("S4").child("step", all.size());
    const int steps = steps_of(12, step_size);
    const int stride = steps_of(0.4, step_size);
    const auto from = [&](const Tensor& start, std::string_view name) {
      return approach(setting, start, step_size, steps, stride, streams.child(name));
    };
    all.push_back(
        {step_size, from(setting.at_saddle(chains), "saddle"),
         from(random_directions(chains, setting.dimension, streams, torch::kFloat64), "sphere")});
    if (run.stopped()) return;
  }
  check_approach(run, all);
  Figure figure{.name = "figure_08_approach",
                .title = "The distance to the stationary law μ falls to the chain's bias",
                .caption =
                    "Bands lie between the lower and the upper bound of W1(Z_t, mu); dashed: "
                    "the bias of the step in the quadratic model.",
                .panels = {}};
  figure.panels = {
      approach_panel("From the saddle -ρ x*", all, &ApproachOfStep::from_saddle, setting),
      approach_panel("From a random direction", all, &ApproachOfStep::from_sphere, setting)};
  if (!network.time.empty()) {
    Panel panel = approach_panel("Random network, from -ρ z*");
    add_bounds(panel, "η = 0.2", {network.time, network.lower, network.upper}, 1);
    figure.panels.push_back(std::move(panel));
  }
  run.add(std::move(figure));
}

void check_theorem(TheoryRun& run) {
  struct Depth {
    int layers;
    double start_time;  // to leave the saddle
  };
  const std::vector<double> all{0.3, 0.2, 0.1}, quick{0.3, 0.2};
  for (const Depth depth : {Depth{2, 8}, Depth{3, 16}})
    for (const double accuracy : run.full() ? all : quick) {
      if (run.stopped()) return;
      const PopulationSetting setting(depth.layers, run.options().dimension,
                                      run.options().concentration);
      const double step_size = accuracy * accuracy;
      const int steps = steps_of(depth.start_time + std::log(1 / accuracy), step_size);
      const auto instance =
          concat("d = ", depth.layers, ", eps = ", accuracy, ", ", steps, " steps");
      const Approach bounds = approach(setting, setting.at_saddle(run.chains(500)), step_size,
                                       steps, steps, run.streams("S5").child(instance));
      run.add_known(check_at_most("S5", instance, accuracy, bounds.upper.back()));
    }
}

// The theorem as printed: steps along the gradient of f = beta |A G(x) - y|^2 = 2 beta L with noise
// sqrt(2 eta / beta). Curvature 2 beta and that noise give variances of (2 eta / beta) / (1 - (1 -
// 2 beta eta)^2), wherever it is stable at all.
void check_literal_form(TheoryRun& run) {
  const PopulationSetting setting(run.options());
  const double beta = setting.inverse_temperature();
  const GradientField gradient = [field = setting.gradient(), beta](const Tensor& x) {
    return 2 * beta * field(x);
  };
  const auto distance_after = [&](double step_size, int steps) {
    const Tensor x =
        run_chains(gradient, setting.on_axis(run.chains(1000), 1),
                   {.step_size = step_size, .inverse_temperature = beta, .steps = steps},
                   run.streams("S5").child("literal form"));
    return (x - setting.on_axis(x.size(0), 1)).norm(2, 1).mean().item<double>();
  };
  run.add_known(refuting(
      check_at_least("S5", "literal form, eta = 0.1, 10 steps: E|x - x*|, in place of about 0.1",
                     1e6, distance_after(0.1, 10))));
  const double step_size = 0.25 / beta, kept = 1 - 2 * beta * step_size;
  const double expected =
      std::sqrt(static_cast<double>(setting.dimension) * 2 * step_size / beta / (1 - kept * kept));
  run.add_known(refuting(
      check_near("S5", "literal form, eta = 0.25 / beta: E|x - x*|, in place of sqrt(n / beta)",
                 expected, distance_after(step_size, 50), 0.05)));
}

}  // namespace

void wasserstein_experiment(TheoryRun& run) {
  const NetworkWasserstein network = network_wasserstein(run);
  if (run.checks("S1") && !run.stopped()) check_stationary_bias(run, network);
  if (run.checks("S4") && !run.stopped()) check_way_to_stationarity(run, network);
  if (run.checks("S5") && !run.stopped()) {
    check_theorem(run);
    check_literal_form(run);
  }
}

}  // namespace sgilo
