// How gradient descent, gradient descent with sign flips and Langevin dynamics leave the saddle
// behind x* on the population landscape (SGILO section 3).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "sgilo/experiments/theory/drift.h"
#include "sgilo/experiments/theory/population_setting.h"
#include "sgilo/experiments/theory/traps.h"
#include "sgilo/theory/gradient_descent.h"
#include "sgilo/theory/hitting_time.h"
#include "sgilo/theory/mean_field.h"
#include "sgilo/theory/starts.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// On the side of x*: the angle to it is below a right one.
Tensor in_front(const Tensor& x) { return x.select(1, 0) > 0; }

double predicted_escape(const PopulationLandscape& landscape, double angle) {
  return kPi * landscape.saddle_radius() / (landscape.saddle_curvature() * angle);
}

// Times of gradient descent from the saddle's radius, for each angle behind x*.
std::vector<double> descent_times(const PopulationLandscape& landscape,
                                  const std::vector<double>& angles) {
  constexpr double kStepSize = 0.25;
  const Tensor start = at_angles_behind(angles, landscape.saddle_radius(), 3);
  const double longest =
      2 * predicted_escape(landscape, *std::min_element(angles.begin(), angles.end()));
  return hitting_times(gradient_of(landscape), start, in_front,
                       {kStepSize, kInfinity, steps_of(longest, kStepSize)}, RandomStreams(0))
      .times;
}

void check_descent(TheoryRun& run) {
  const std::vector<double> angles{0.1, 0.03, 0.01, 0.003};
  for (const int depth : {run.options().depth, run.options().depth + 1}) {
    const PopulationLandscape landscape(depth);
    const std::vector<double> times = descent_times(landscape, angles);
    for (std::size_t i = 0; i < angles.size(); ++i)
      run.add_known(check_near("D6", concat("d = ", depth, ", u0 = ", angles[i]),
                               predicted_escape(landscape, angles[i]), times[i], 0.05));
    // Exactly on the axis it never leaves: it ends on the saddle.
    const Tensor end = gradient_descent(gradient_of(landscape),
                                        on_the_axis(-1, 1, 3, torch::kFloat64), 0.25, 10000);
    run.add(check_within("D6", concat("d = ", depth, ", end of 10000 steps from -x*"),
                         -landscape.saddle_radius(), end[0][0].item<double>(), 1e-12));
  }
}

HittingTimes langevin_times(const PopulationLandscape& landscape, double angle,
                            double concentration, const TheoryRun& run,
                            const RandomStreams& streams) {
  const std::int64_t n = run.options().dimension, chains = run.chains(256);
  const double eta = run.options().step_size;
  const std::vector<double> angles(static_cast<std::size_t>(chains), angle);
  const int steps = steps_of(5 * saddle_escape_time(landscape, concentration) + 20, eta);
  return hitting_times(gradient_of(landscape),
                       at_angles_behind(angles, landscape.saddle_radius(), n, torch::kFloat32),
                       in_front, {eta, concentration * static_cast<double>(n), steps}, streams);
}

std::vector<double> logarithmic_steps(double from, double to, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(from * std::pow(to / from, i / (count - 1.0)));
  return values;
}

constexpr double kLeastAngle = 2e-3, kMostAngle = 0.5;

// Medians of the chains with their bars, and the limit of large n beside them.
void add_langevin_curves(TheoryRun& run, const PopulationLandscape& landscape, double concentration,
                         double first_angle, int colour, Panel& panel) {
  const RandomStreams streams =
      run.streams("figure 4").child(static_cast<std::uint64_t>(concentration));
  Curve seen{.label = concat("Langevin, C = ", concentration),
             .style = CurveStyle::points,
             .colour = colour};
  for (const double angle : logarithmic_steps(first_angle, kMostAngle, run.full() ? 9 : 4)) {
    const HittingTimes times =
        langevin_times(landscape, angle, concentration, run, streams.child(seen.x.size()));
    seen.x.push_back(angle);
    seen.y.push_back(times.median());
    seen.low.push_back(times.quantile(0.05));
    seen.high.push_back(times.quantile(0.95));
  }
  Curve limit{.label = seen.label + ", limit of large n",
              .style = CurveStyle::dashed,
              .colour = colour,
              .in_legend = false};
  limit.x = logarithmic_steps(kLeastAngle, kMostAngle, 60);
  for (const double angle : limit.x) {
    const double rho = landscape.saddle_radius(), across = rho * std::sin(angle);
    limit.y.push_back(mean_field_time(landscape, {concentration, 0.01, run.options().dimension},
                                      {-rho * std::cos(angle), across * across},
                                      [](AxialPoint x) { return x.along > 0; }));
  }
  panel.curves.push_back(std::move(seen));
  panel.curves.push_back(std::move(limit));
}

// Figure 4.
void draw_escape(TheoryRun& run) {
  const PopulationLandscape landscape(run.options().depth);
  Panel panel;
  panel.x = {.label = "initial angle u_0 behind x*  (radians)",
             .scale = AxisScale::logarithmic,
             .least = kLeastAngle / 1.3,
             .most = kMostAngle * 1.3};
  panel.y = {.label = "time to leave, η k", .scale = AxisScale::logarithmic, .least = 1};
  Curve law{.label = "π ρ / (K u_0)", .style = CurveStyle::line, .colour = 0};
  law.x = {kLeastAngle, kMostAngle};
  law.y = {predicted_escape(landscape, kLeastAngle), predicted_escape(landscape, kMostAngle)};
  Curve descent{.label = "gradient descent", .style = CurveStyle::points, .colour = 0};
  descent.x = logarithmic_steps(kLeastAngle, kMostAngle, 13);
  descent.y = descent_times(landscape, descent.x);
  panel.curves = {std::move(descent), std::move(law)};
  // First angles of their own keep the bars apart.
  add_langevin_curves(run, landscape, 400, kLeastAngle, 1, panel);
  add_langevin_curves(run, landscape, 100, 1.2 * kLeastAngle, 2, panel);
  add_langevin_curves(run, landscape, 50, 1.44 * kLeastAngle, 3, panel);
  Figure figure;
  figure.name = "figure_04_saddle";
  figure.title = "Leaving the saddle behind x*";
  figure.caption =
      "Time until the angle to x* falls below a right one, from an angle u₀ behind x*. Gradient "
      "descent needs π ρ / (K u₀), for ever on the axis; Langevin dynamics needs no luck with its "
      "start (medians with 5 to 95 % of the chains; dashed: the limit of large n).";
  figure.panels = {std::move(panel)};
  figure.panel_width = 640;
  figure.panel_height = 400;
  run.add(std::move(figure));
}

void check_sign_flips(TheoryRun& run) {
  constexpr double kStepSize = 0.5;
  constexpr int kSteps = 36;
  const std::int64_t n = run.options().dimension;
  const Tensor target = true_latent(n, torch::kFloat64);
  for (const int depth : {run.options().depth, run.options().depth + 1}) {
    const PopulationLandscape landscape(depth);
    const auto distances = [&](const Tensor& start) {
      std::vector<double> greatest;
      gradient_descent_with_sign_flips(
          [&](const Tensor& x) { return landscape.loss(x); }, gradient_of(landscape), start,
          kStepSize, kSteps,
          [&](int, std::int64_t, const Tensor& x) {
            greatest.push_back((x - target).norm(2, 1).max().item<double>());
            return true;
          });
      return greatest;
    };
    const std::string at = concat("d = ", depth);
    const double rho = landscape.saddle_radius();
    const std::vector<double> saddle = distances(on_the_axis(-rho, 1, n, torch::kFloat64));
    run.add(check_within("D7", at + ", from -rho x*: distance after one step",
                         (1 - kStepSize) * (1 - rho), saddle[1], 1e-12));
    run.add(check_within("D7", at + ", from -rho x*: its factor per step, step 20", 1 - kStepSize,
                         saddle[20] / saddle[19], 1e-6));
    run.add(check_at_most("D7", at + ", from -x*: distance after one step", 1e-15,
                          distances(on_the_axis(-1, 1, n, torch::kFloat64))[1]));
    const std::vector<double> sphere =
        distances(random_directions(64, n, run.streams("D7"), torch::kFloat64));
    run.add(check_near("D7", at + ", from 64 random directions: its factor per step, step 36",
                       1 - kStepSize, sphere[36] / sphere[35], 0.05));
  }
}

}  // namespace

void escape_experiment(TheoryRun& run) {
  if (run.checks("D6")) {
    check_descent(run);
    draw_escape(run);
  }
  if (run.checks("D7")) check_sign_flips(run);
  if (run.stopped()) return;
  drift_checks(run);
  if (run.stopped()) return;
  trap_checks(run);
}

}  // namespace sgilo
