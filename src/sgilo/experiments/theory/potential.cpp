// The potentials of B.10: from which C and n on the diffusion lowers them outside a ball around x*,
// what one step does, and the kink.
#include "sgilo/theory/potential.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/equal_steps.h"
#include "sgilo/experiments/theory/theory_run.h"
#include "sgilo/theory/polar_grid.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kConcentration = 120;  // C of V2, V3 and the figure
constexpr double kBall = 0.2;           // around x*

std::string name_of(PotentialForm form) {
  return form == PotentialForm::paper ? "the paper's V" : "repaired V";
}

Potential potential_of(int depth, PotentialForm form) {
  return {SmoothedLandscape(PopulationLandscape(depth)), form};
}

PolarGrid plane_grid(const TheoryRun& run) {
  constexpr double kFarthest = 3;
  const std::int64_t radii = run.full() ? 1900 : 400, angles = run.full() ? 1201 : 300;
  return {.least_radius = kFarthest / static_cast<double>(radii),
          .most_radius = kFarthest,
          .radii = radii,
          .angles = angles};
}

// Raises maxima over the plane outside a ball around x*, and along the ball's edge.
using See = std::function<void(PolarPoint x, std::span<double> maxima)>;
std::vector<double> maxima_outside(const TheoryRun& run, const std::vector<double>& balls,
                                   std::size_t count, const See& see) {
  std::vector<double> out = grid_maxima(plane_grid(run), count, see);
  for (const double ball : balls)
    for (const PolarPoint x : half_circle(1, ball, 1001)) see(x, out);
  return out;
}

bool outside(PolarPoint x, double ball) {
  constexpr double kSlack = 1e-9;  // the edge is outside
  return distance_to_axis_point(x, 1) >= ball - kSlack;
}

// For each ball's radius l the least C from which on (cal L) V / n <= -1e-4 wherever |x - x*| >= l.
std::vector<double> least_concentrations(const TheoryRun& run, const Potential& potential,
                                         const std::vector<double>& balls) {
  constexpr std::int64_t kDimension = 1000;
  constexpr double kDescent = 1e-4;
  return maxima_outside(run, balls, balls.size(), [&](PolarPoint x, std::span<double> maxima) {
    const Potential::Slopes slopes = potential.slopes(x);
    const double lacking =
        laplacian(slopes.potential, x.radius, kDimension) / kDimension + kDescent;
    const double least =
        slopes.descent > 0 ? lacking / slopes.descent : (lacking > 0 ? kInfinity : 0);
    for (std::size_t i = 0; i < balls.size(); ++i)
      if (outside(x, balls[i])) maxima[i] = std::max(maxima[i], least);
  });
}

// V1.
void check_concentration(TheoryRun& run) {
  struct Known {
    PotentialForm form;
    int depth;
    std::vector<double> least;  // for balls of radius 0.1, 0.2, 0.3
  };
  using enum PotentialForm;
  const std::vector<double> balls{0.1, 0.2, 0.3};
  for (const auto& [form, depth, least] :
       {Known{paper, 2, {112, 112, 112}}, Known{paper, 3, {109, 46, 46}},
        Known{paper, 4, {113, 32, 31}}, Known{repaired, 2, {106, 55, 55}},
        Known{repaired, 3, {109, 30, 23}}, Known{repaired, 4, {113, 32, 16}}}) {
    const Potential potential = potential_of(depth, form);
    const std::vector<double> seen = least_concentrations(run, potential, balls);
    for (std::size_t i = 0; i < balls.size(); ++i)
      run.add(check_near("V1", concat(name_of(form), ", d = ", depth, ", l = ", balls[i]), least[i],
                         seen[i], 0.03));
    run.add(check_at_most("V1", concat(name_of(form), ", d = ", depth, ", weight lambda"),
                          largest_potential_weight(potential.landscape(), form),
                          potential.weight()));
  }
}

// max (cal L) V / n outside the ball, for each n.
std::vector<double> worst_generators(const TheoryRun& run, const Potential& potential,
                                     const std::vector<std::int64_t>& dimensions) {
  return maxima_outside(
      run, {kBall}, dimensions.size(), [&](PolarPoint x, std::span<double> maxima) {
        if (!outside(x, kBall)) return;
        const Potential::Slopes slopes = potential.slopes(x);
        for (std::size_t i = 0; i < dimensions.size(); ++i) {
          const double n = static_cast<double>(dimensions[i]);
          maxima[i] = std::max(
              maxima[i],
              diffusion_generator(slopes, x.radius, dimensions[i], kConcentration * n) / n);
        }
      });
}

// V2.
void check_dimension(TheoryRun& run) {
  struct Known {
    PotentialForm form;
    int depth;
    std::map<std::int64_t, double> worst;  // by n
  };
  using enum PotentialForm;
  for (const auto& [form, depth, worst] :
       {Known{repaired, 2, {{20, 0.026}, {50, -0.004}, {100, -0.014}, {1000, -0.023}}},
        Known{paper, 2, {{20, 0.047}, {50, 0.017}, {100, 0.007}, {1000, -0.0015}}},
        Known{repaired, 3, {{30, -0.003}, {100, -0.027}}}}) {
    std::vector<std::int64_t> dimensions;
    for (const auto& [n, expected] : worst) dimensions.push_back(n);
    const std::vector<double> seen = worst_generators(run, potential_of(depth, form), dimensions);
    for (std::size_t i = 0; i < seen.size(); ++i)
      run.add(check_within(
          "V2",
          concat(name_of(form), ", d = ", depth, ", C = ", kConcentration, ", n = ", dimensions[i]),
          worst.at(dimensions[i]), seen[i], 7e-4));
  }
}

struct Place {
  std::string name;
  PolarPoint x;
  std::int64_t dimension;
  double step_size;
  double inverse_temperature() const { return kConcentration * static_cast<double>(dimension); }
  std::string text() const { return concat(name, ", n = ", dimension, ", eta = ", step_size); }
};

double seen_drift(const TheoryRun& run, const Potential& potential, const Place& place) {
  constexpr std::int64_t kPairs = 20000;
  return one_step_drift(potential, place.x, place.dimension, place.inverse_temperature(),
                        place.step_size, run.chains(kPairs), run.streams("V3").child(place.text()))
      .mean;
}

double predicted_drift(const Potential& potential, const Place& place) {
  const double beta = place.inverse_temperature();
  return place.step_size / beta * potential.generator(place.x, place.dimension, beta);
}

// What the drift from the saddle has beyond the generator, of order eta^{3/2}:
// close by, L = ... - r K u^3 / (3 pi),
// and a step has u = sigma |xi| / rho with xi normal in n - 1 dimensions.
double cubic_drift(const PopulationLandscape& landscape, const Place& place) {
  const double rho = landscape.saddle_radius(), freedom = static_cast<double>(place.dimension - 1);
  const double sigma = std::sqrt(2 * place.step_size / place.inverse_temperature());
  const double third_moment =  // E |xi|^3
      std::exp(1.5 * std::log(2) + std::lgamma((freedom + 3) / 2) - std::lgamma(freedom / 2));
  return -landscape.saddle_curvature() / (3 * kPi) * std::pow(sigma, 3) * third_moment /
         (rho * rho);
}

// V3.
void check_one_step(TheoryRun& run) {
  const Potential potential = potential_of(2, PotentialForm::repaired);
  const PopulationLandscape& landscape = potential.landscape().population();
  for (const Place& place :
       {Place{.name = "at -x*", .x = {1, kPi}, .dimension = 20, .step_size = 0.02},
        Place{.name = "at r = 0.5, t = 2.2", .x = {0.5, 2.2}, .dimension = 20, .step_size = 0.02}})
    run.add(check_near("V3", place.text(), predicted_drift(potential, place),
                       seen_drift(run, potential, place), 0.05));
  for (const double step_size : {0.001, 0.01, 0.1}) {
    const Place place{.name = "at the saddle",
                      .x = {landscape.saddle_radius(), kPi},
                      .dimension = 100,
                      .step_size = step_size};
    const double generator = predicted_drift(potential, place),
                 seen = seen_drift(run, potential, place);
    if (step_size == 0.001) run.add(check_near("V3", place.text(), generator, seen, 0.2));
    run.add(check_near("V3", place.text() + ", with the term of order eta^{3/2}",
                       generator + cubic_drift(landscape, place), seen, 0.1));
  }
}

// V4.
void check_kink(TheoryRun& run) {
  constexpr double kStep = 1e-6;
  for (const PotentialForm form : {PotentialForm::paper, PotentialForm::repaired}) {
    const Potential potential = potential_of(run.options().depth, form);
    const double r0 = potential.landscape().inner_radius();
    for (const double radius : {1.2 * r0, 1.0}) {
      const auto value = [&](double turn) {
        return potential.value(PolarPoint{radius, kPi / 2 + turn});
      };
      const double jump = (value(kStep) - 2 * value(0) + value(-kStep)) / kStep;
      const double expected = potential.weight() * smooth_step(radius, r0, 1.5 * r0).value;
      const std::string instance = concat(name_of(form), ", r = ", number_text(radius, 3),
                                          ", jump of dV/dt at a right angle");
      run.add(form == PotentialForm::paper
                  ? refuting(check_near("V4", instance + " (printed: V is smooth)", expected, jump,
                                        0.01))
                  : check_within("V4", instance, 0, jump, 0.01 * expected));
    }
  }
}

Panel generator_panel(const Potential& potential) {
  constexpr std::int64_t kDimension = 100;
  Panel panel{.title = concat("Repaired V, n = ", kDimension, ", C = ", kConcentration),
              .x = {.label = "a (along x*)", .least = -1, .most = 1.6},
              .y = {.label = "b (across)", .least = -1, .most = 1}};
  panel.equal_units = true;
  HeatMap map;
  map.label = "±log_{10}(1 + 100 |LV| / n)";
  map.x = equal_steps(panel.x.least, panel.x.most, 521);
  map.y = equal_steps(panel.y.least, panel.y.most, 401);
  map.values = torch::empty({401, 521}, torch::kFloat64);
  map.diverging = true;
  map.least = -4;
  map.most = 4;
  map.contours = {0};
  double* values = map.values.data_ptr<double>();
  for (const double b : map.y)
    for (const double a : map.x) {
      const PolarPoint x{std::max(std::hypot(a, b), 1e-6), std::abs(std::atan2(b, a))};
      const double change =
          potential.generator(x, kDimension, kConcentration * kDimension) / kDimension;
      *values++ = std::copysign(std::log10(1 + 100 * std::abs(change)), change);
    }
  panel.map = std::move(map);
  Curve ball{concat("|x − x*| = ", kBall), CurveStyle::dashed};
  ball.colour = 4;
  for (const double turn : equal_steps(0, 2 * kPi, 181)) {
    ball.x.push_back(1 + kBall * std::cos(turn));
    ball.y.push_back(kBall * std::sin(turn));
  }
  panel.curves.push_back(std::move(ball));
  panel.marks = {
      {1, 0, "x*"}, {-potential.landscape().population().saddle_radius(), 0, "−ρx*"}, {0, 0, "0"}};
  return panel;
}

Figure potential_figure(const TheoryRun& run) {
  const std::vector<std::int64_t> dimensions{10, 14, 20, 30, 50, 70, 100, 200, 500, 1000, 3000};
  const int depth = run.options().depth;
  Panel worst{.title = concat("Largest value for |x − x*| ≥ ", kBall, ", C = ", kConcentration),
              .x = {.label = "n", .scale = AxisScale::logarithmic},
              .y = {.label = "largest LV / n"}};
  for (const PotentialForm form : {PotentialForm::paper, PotentialForm::repaired}) {
    Curve curve{name_of(form), CurveStyle::line_and_points};
    curve.x.assign(dimensions.begin(), dimensions.end());
    curve.y = worst_generators(run, potential_of(depth, form), dimensions);
    worst.curves.push_back(std::move(curve));
  }
  Curve zero{"zero", CurveStyle::dotted, {10, 3000}, {0, 0}};
  zero.in_legend = false;
  zero.colour = 6;
  worst.curves.push_back(std::move(zero));
  return {
      "figure_07_potential",
      concat("Where the diffusion lowers the potential, d = ", depth),
      "Blue: the diffusion lowers the potential V on average, at the rate |LV| / β. Outside a ball "
      "around x* it does so everywhere, also at the saddle and at 0, if n is large enough.",
      {generator_panel(potential_of(depth, PotentialForm::repaired)), std::move(worst)}};
}

}  // namespace

void potential_experiment(TheoryRun& run) {
  using Statement = std::pair<std::string_view, void (*)(TheoryRun&)>;
  for (const auto& [id, check] :
       {Statement{"V1", check_concentration}, Statement{"V2", check_dimension},
        Statement{"V3", check_one_step}, Statement{"V4", check_kink}})
    if (run.checks(id) && !run.stopped()) check(run);
  if (!run.stopped()) run.add(potential_figure(run));
}

}  // namespace sgilo
