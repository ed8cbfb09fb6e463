// How long Langevin dynamics on the population landscape takes from the saddle to x* (SGILO B.18).
#include <algorithm>
#include <array>
#include <cmath>

#include "sgilo/experiments/theory/population_setting.h"
#include "sgilo/experiments/theory/slope.h"
#include "sgilo/experiments/theory/theory_run.h"
#include "sgilo/theory/hitting_time.h"
#include "sgilo/theory/mean_field.h"
#include "sgilo/theory/starts.h"

namespace sgilo {
namespace {

constexpr std::int64_t kChains = 500;  // the mean has a standard error of 1 % or less

enum class Start { saddle, opposite, sphere };

std::string words_of(Start start) {
  if (start == Start::saddle) return "from -rho x*";
  return start == Start::opposite ? "from -x*" : "from random directions";
}

std::string label_of(Start start) {
  if (start == Start::sphere) return words_of(start);
  return start == Start::saddle ? "from −ρ x*" : "from −x*";
}

// What one bundle of chains is run with.
struct Setting {
  int depth;
  std::int64_t dimension;
  double concentration, step_size;
  Start start = Start::saddle;

  // The ball must be wide against the spread 1 / sqrt(C) of the stationary law.
  double radius() const { return std::max(0.2, 1.77 / std::sqrt(concentration)); }
};

Setting default_setting(const TheoryRun& run) {
  const TheoryOptions& o = run.options();
  return {o.depth, o.dimension, o.concentration, o.step_size};
}

AxialPoint start_of(const PopulationLandscape& landscape, Start start) {
  if (start == Start::sphere) return {0, 1};
  return {start == Start::saddle ? -landscape.saddle_radius() : -1, 0};
}

double predicted_time(const Setting& s) {
  const PopulationLandscape landscape(s.depth);
  return mean_field_time(landscape, {s.concentration, s.step_size, s.dimension},
                         start_of(landscape, s.start),
                         [&](AxialPoint x) { return distance_to_latent(x) < s.radius(); });
}

HittingTimes simulated_times(const Setting& s, std::int64_t chains, const RandomStreams& streams) {
  const PopulationLandscape landscape(s.depth);
  const Tensor start = s.start == Start::sphere
                           ? random_directions(chains, s.dimension, streams.child("start"))
                           : on_the_axis(start_of(landscape, s.start).along, chains, s.dimension);
  const int steps = steps_of(5 * (predicted_time(s) + 2), s.step_size);
  const double beta = s.concentration * static_cast<double>(s.dimension);
  return hitting_times(gradient_of(landscape), start, ball(true_latent(s.dimension), s.radius()),
                       {s.step_size, beta, steps}, streams);
}

// Bundles of chains along one variable of their setting.
struct Series {
  std::vector<double> x, mean, predicted;
  Curve seen;
  std::int64_t unhit = 0;

  void run(double at, const Setting& setting, std::int64_t chains, const RandomStreams& streams) {
    const HittingTimes times = simulated_times(setting, chains, streams);
    x.push_back(at);
    mean.push_back(times.mean());
    predicted.push_back(predicted_time(setting));
    unhit += times.unhit();
    seen.x.push_back(at);
    seen.y.push_back(times.median());
    seen.low.push_back(times.quantile(0.05));
    seen.high.push_back(times.quantile(0.95));
  }
  double spread() const {  // greatest mean over the least
    const auto [least, most] = std::minmax_element(mean.begin(), mean.end());
    return *most / *least;
  }
  // Points with bars, and the prediction without noise beside them.
  void draw(Panel& panel, std::string label, std::string label_of_prediction, int colour) const {
    Curve points = seen;
    points.label = std::move(label);
    points.style = CurveStyle::points;
    points.colour = colour;
    panel.curves.push_back(std::move(points));
    panel.curves.push_back({.label = std::move(label_of_prediction),
                            .style = CurveStyle::dashed,
                            .x = x,
                            .y = predicted,
                            .colour = colour});
  }
};

// The median against the prediction of the limit n -> infinity: both move in steps of eta, and the
// median's standard error is below 1 %.
void check_prediction(TheoryRun& run, std::string_view id, const std::string& instance,
                      const Series& series, double step_size) {
  const double expected = series.predicted.back();
  run.add(check_within(id, instance + ", median against the limit of large n", expected,
                       series.seen.y.back(), 0.04 * expected + step_size));
}

void check_unhit(TheoryRun& run, std::string_view id, const std::string& instance,
                 const Series& series) {
  run.add(
      check_at_most(id, instance + "chains that never came", 0, static_cast<double>(series.unhit)));
}

Panel panel_of(std::string title, FigureAxis x) {
  return {
      .title = std::move(title), .x = std::move(x), .y = {.label = "hitting time η τ", .least = 0}};
}

Panel against_dimension(TheoryRun& run) {
  const std::vector<std::int64_t> dimensions = run.full()
                                                   ? std::vector<std::int64_t>{5, 10, 20, 40, 80}
                                                   : std::vector<std::int64_t>{5, 20, 80};
  const auto known = [](std::int64_t n) {  // from the saddle
    return n == 5 ? 7.25 : n == 10 ? 6.94 : n == 20 ? 6.79 : n == 40 ? 6.78 : 6.72;
  };
  Panel panel =
      panel_of("flat in the dimension",
               {.label = "dimension n", .scale = AxisScale::logarithmic, .least = 4, .most = 100});
  for (const Start start : {Start::opposite, Start::saddle, Start::sphere}) {
    Series series;
    for (const std::int64_t n : dimensions) {
      Setting setting = default_setting(run);
      setting.dimension = n;
      setting.start = start;
      series.run(static_cast<double>(n), setting, run.chains(kChains),
                 run.streams("D1").child(words_of(start), static_cast<std::uint64_t>(n)));
      const std::string instance = concat("n = ", n, ", ", words_of(start));
      if (start == Start::saddle)
        run.add_known(check_near("D1", instance, known(n), series.mean.back(), 0.06));
      if (n >= 20) check_prediction(run, "D1", instance, series, setting.step_size);
    }
    run.add_known(
        check_at_most("D1", "greatest over least mean, " + words_of(start), 1.15, series.spread()));
    check_unhit(run, "D1", words_of(start) + ", ", series);
    const double apart = start == Start::saddle ? 1 : start == Start::sphere ? 1.06 : 1 / 1.06;
    for (double& n : series.seen.x) n *= apart;  // so that the bars do not hide each other
    series.draw(panel, label_of(start), "", static_cast<int>(start));
  }
  return panel;
}

Panel against_step_size(TheoryRun& run) {
  Series series;
  for (const double eta : {0.4, 0.2, 0.1, 0.05, 0.02}) {
    Setting setting = default_setting(run);
    setting.step_size = eta;
    series.run(eta, setting, run.chains(kChains),
               run.streams("D2").child(static_cast<std::uint64_t>(series.x.size())));
    check_prediction(run, "D2", concat("eta = ", eta), series, setting.step_size);
  }
  run.add_known(check_at_most("D2", "greatest over least mean of eta tau", 1.15, series.spread()));
  check_unhit(run, "D2", "", series);
  Panel panel = panel_of(
      "nearly flat in the step size",
      {.label = "step size η", .scale = AxisScale::logarithmic, .least = 0.015, .most = 0.5});
  series.draw(panel, "chains " + label_of(Start::saddle), "limit of large n", 0);
  return panel;
}

Panel against_concentration(TheoryRun& run) {
  const std::vector<std::pair<double, double>> known{
      {50, 5.9}, {100, 6.8}, {200, 7.8}, {400, 9}, {800, 10.8}, {1600, 13.0}, {6400, 19.4}};
  Series series;
  for (const auto& [C, time] : known) {
    Setting setting = default_setting(run);
    setting.concentration = C;
    series.run(std::cbrt(C), setting, run.chains(kChains),
               run.streams("D3").child(static_cast<std::uint64_t>(C)));
    const std::string instance = concat("C = ", C);
    run.add_known(check_near("D3", instance, time, series.mean.back(), 0.08));
    check_prediction(run, "D3", instance, series, setting.step_size);
  }
  const PopulationLandscape landscape(run.options().depth);
  run.add_known(check_near("D3", "slope against C^{1/3} (C >= 100) and the law of the saddle",
                           saddle_escape_time(landscape, 1),
                           slope_of({series.x.begin() + 1, series.x.end()},
                                    {series.mean.begin() + 1, series.mean.end()}),
                           0.08));
  check_unhit(run, "D3", "", series);
  Panel panel = panel_of("a line in the third root of C", {"C^{1/3},  C = β |x*|^2 / n"});
  series.draw(panel, "chains " + label_of(Start::saddle), "limit of large n", 0);
  return panel;
}

void against_depth(TheoryRun& run) {
  const std::vector<std::pair<int, double>> known{{2, 6.8}, {3, 13.2}, {4, 20.1}, {6, 35.9}};
  Series series;
  for (const auto& [depth, time] : known) {
    Setting setting = default_setting(run);
    setting.depth = depth;
    series.run(depth, setting, run.chains(kChains),
               run.streams("D4").child(static_cast<std::uint64_t>(depth)));
    const std::string instance = concat("d = ", depth);
    run.add_known(check_near("D4", instance, time, series.mean.back(), 0.06));
    check_prediction(run, "D4", instance, series, setting.step_size);
  }
  check_unhit(run, "D4", "", series);
}

void tail(TheoryRun& run) {
  const HittingTimes times =
      simulated_times(default_setting(run), run.chains(4000), run.streams("D5"));
  struct Share {
    int time;
    double known, tolerance;  // 4 standard errors of 4000 chains
  };
  for (const Share& share :
       {Share{6, 0.89, 0.02}, {8, 0.0348, 0.012}, {9, 0.0016, 0.0026}, {10, 0.0001, 0.0008}})
    run.add_known(check_within("D5", concat("Pr[eta tau > ", share.time, "]"), share.known,
                               times.fraction_after(share.time), share.tolerance));
  // An exponential tail loses the same share in equal times.
  const double median = times.median(), lapse = (times.quantile(0.9) - median) / 2;
  const auto left = [&](int lapses) { return times.fraction_after(median + lapses * lapse); };
  run.add(check_at_most("D5", "share left after a second lapse, over that after a first", 0.8,
                        left(4) / left(2) / (left(2) / left(0))));
}

}  // namespace

void hitting_experiment(TheoryRun& run) {
  Figure figure;
  figure.name = "figure_06_hitting_time";
  figure.title = "Langevin time to reach x*";
  figure.caption =
      "Time until the chain is within 0.2 of x* on the population landscape: medians with 5 to 95 "
      "% "
      "of the chains. It depends neither on the dimension nor on the step size, and grows like the "
      "third root of C. Dashed: the limit of large n, in which the chain has no noise left; "
      "nothing "
      "in it is fitted.";
  if (run.checks("D1")) figure.panels.push_back(against_dimension(run));
  if (run.stopped()) return;
  if (run.checks("D2")) figure.panels.push_back(against_step_size(run));
  if (run.checks("D3")) figure.panels.push_back(against_concentration(run));
  if (run.stopped()) return;
  if (run.checks("D4")) against_depth(run);
  if (run.checks("D5")) tail(run);
  run.add(std::move(figure));
}

}  // namespace sgilo
