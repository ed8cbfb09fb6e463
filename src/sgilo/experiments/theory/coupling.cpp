// Chains that share their noise: how far the chain stays from the diffusion (S2), and how fast two
// chains come together (S3). The contraction of single steps is in contraction.h.
#include "sgilo/theory/coupling.h"

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/contraction.h"
#include "sgilo/experiments/theory/population_setting.h"
#include "sgilo/experiments/theory/slope.h"
#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {
namespace {

Panel check_distance_to_diffusion(TheoryRun& run) {
  constexpr int kSubsteps = 32;
  const PopulationSetting setting(run.options());
  const double scale = 1 / std::sqrt(setting.concentration);  // sqrt(n / beta)
  const std::int64_t chains = run.chains(500);
  const Tensor start = setting.law().draw(chains, run.streams("S2").child("start"));
  Curve seen{.label = "E |x - y| after t = 6", .style = CurveStyle::points, .colour = 0};
  Curve model{.label = "quadratic model", .style = CurveStyle::dashed, .colour = 0};
  Curve bound{.label = "√η (B.19)", .style = CurveStyle::dotted, .colour = 1};
  for (const double step_size : {0.8, 0.4, 0.2, 0.1, 0.05}) {
    const int steps = steps_of(6, step_size);
    const Tensor distances =
        coupled_distances(setting.gradient(), start, start,
                          {.step_size = step_size,
                           .inverse_temperature = setting.inverse_temperature(),
                           .steps = steps,
                           .substeps = kSubsteps},
                          run.streams("S2").child("step", seen.x.size()), steps);
    const double distance = distances[1].mean().item<double>();
    const double expected = scale * quadratic_coupling_distance(step_size, kSubsteps);
    const auto instance = concat("eta = ", step_size);
    if (step_size <= 0.4) run.add_known(check_near("S2", instance, expected, distance, 0.1));
    run.add(check_at_most("S2", "sqrt(eta), " + instance, std::sqrt(step_size), distance));
    for (Curve* curve : {&seen, &model, &bound}) curve->x.push_back(step_size);
    seen.y.push_back(distance);
    model.y.push_back(expected);
    bound.y.push_back(std::sqrt(step_size));
  }
  Panel panel{.title = concat("Chain against diffusion, C = ", setting.concentration),
              .x = {.label = "step size η", .scale = AxisScale::logarithmic},
              .y = {.label = "E |x - y|", .scale = AxisScale::logarithmic},
              .legend = "bottom right"};
  panel.curves = {std::move(seen), std::move(model), std::move(bound)};
  return panel;
}

struct Contraction {
  std::vector<double> time, distance;
};

// From x to a chain that starts in mu, with the same noise.
Contraction contraction(const PopulationSetting& setting, const Tensor& start, double step_size,
                        double time, const RandomStreams& streams) {
  const CouplingOptions options{.step_size = step_size,
                                .inverse_temperature = setting.inverse_temperature(),
                                .steps = steps_of(time, step_size),
                                .substeps = 1};
  const Tensor means =
      coupled_distances(setting.gradient(), start,
                        setting.law().draw(start.size(0), streams.child("stationary")), options,
                        streams)
          .mean(1);
  Contraction out;
  for (int step = 0; step <= options.steps; ++step) {
    out.time.push_back(step * step_size);
    out.distance.push_back(means[step].item<double>());
  }
  return out;
}

// -d log E |x - y| / dt over the times from `first` on.
double rate_after(const Contraction& contraction, double first) {
  std::vector<double> times, logarithms;
  for (std::size_t i = 0; i < contraction.time.size(); ++i)
    if (contraction.time[i] >= first - 1e-9) {
      times.push_back(contraction.time[i]);
      logarithms.push_back(std::log(contraction.distance[i]));
    }
  return -slope_of(times, logarithms);
}

// From the saddle nothing happens until t = 3; then the pairs meet.
void check_plateau(TheoryRun& run, const Contraction& pairs) {
  const auto at = [&](double time) {
    return pairs.distance[static_cast<std::size_t>(std::lround(time / pairs.time[1]))];
  };
  run.add_known(check_at_least("S3", "E |x - y| at t = 3 over that at 0, saddle, C = 100", 0.85,
                               at(3) / at(0)));
  struct Known {
    double time, distance, tolerance;
  };
  for (const Known known : {Known{4, 1.02, 0.05}, Known{6, 0.35, 0.15}, Known{8, 0.056, 0.35}})
    run.add_known(check_near("S3", concat("E |x - y| at t = ", known.time, ", saddle, C = 100"),
                             known.distance, at(known.time), known.tolerance));
}

void check_contraction(TheoryRun& run, Figure& figure) {
  const TheoryOptions& options = run.options();
  const std::int64_t chains = run.chains(2000);
  const FigureAxis time{.label = "Langevin time t = η k"};
  const FigureAxis distance{.label = "E |x - y|", .scale = AxisScale::logarithmic};
  Panel near{.title = "Same noise, from x* and from μ", .x = time, .y = distance};
  Panel far{.title = "Same noise, from the saddle and from μ", .x = time, .y = distance};
  near.legend = far.legend = "bottom left";
  struct Known {
    double concentration, rate_near, rate_far;  // 0: not known
  };
  for (const Known& known : {Known{100, 0.98, 1}, Known{30, 0.92, 0}, Known{10, 0.84, 0.84},
                             Known{3, 0, 0.66}, Known{1, 0, 0.53}}) {
    const PopulationSetting setting(options.depth, options.dimension, known.concentration);
    const RandomStreams streams =
        run.streams("S3").child("C", static_cast<std::uint64_t>(known.concentration));
    const Contraction close = contraction(setting, setting.on_axis(chains, 1), options.step_size,
                                          10, streams.child("truth"));
    const Contraction distant = contraction(setting, setting.at_saddle(chains), options.step_size,
                                            16, streams.child("saddle"));
    const double close_rate = rate_after(close, 2), distant_rate = rate_after(distant, 10);
    const auto instance = concat(", C = ", known.concentration);
    if (known.rate_near > 0)
      run.add_known(check_near("S3", "rate from x*" + instance, known.rate_near, close_rate, 0.05));
    if (known.rate_far > 0)
      run.add_known(check_near("S3", "late rate from the saddle" + instance, known.rate_far,
                               distant_rate, 0.1));
    if (known.concentration == 100) check_plateau(run, distant);
    const auto add = [&](Panel& panel, const Contraction& pairs, double rate) {
      panel.curves.push_back(
          {.label = concat("C = ", known.concentration, ", rate ", number_text(rate, 2)),
           .x = pairs.time,
           .y = pairs.distance});
    };
    add(near, close, close_rate);
    add(far, distant, distant_rate);
    if (run.stopped()) return;
  }
  figure.panels.push_back(std::move(near));
  figure.panels.push_back(std::move(far));
}

}  // namespace

void coupling_experiment(TheoryRun& run) {
  Figure figure{.name = "figure_10_coupling",
                .title = "Chains that share their noise come together",
                .caption =
                    "Mean distance of pairs of chains that consume the same noise. Once "
                    "the saddle is left, they meet at the rate of the curvature at x*. Right: "
                    "the chain against the diffusion, for which a chain of a 32nd of the step "
                    "stands.",
                .panels = {}};
  if (run.checks("S3") && !run.stopped()) check_contraction(run, figure);
  if (run.checks("S2") && !run.stopped()) figure.panels.push_back(check_distance_to_diffusion(run));
  if (!figure.panels.empty() && !run.stopped()) run.add(std::move(figure));
  if (!run.stopped()) contraction_checks(run);
}

}  // namespace sgilo
