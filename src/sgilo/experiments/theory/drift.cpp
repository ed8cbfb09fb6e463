#include "sgilo/experiments/theory/drift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sgilo/experiments/theory/population_setting.h"
#include "sgilo/theory/contraction.h"
#include "sgilo/theory/hitting_time.h"
#include "sgilo/theory/starts.h"

namespace sgilo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_leaving_zero(TheoryRun& run) {
  const PopulationLandscape landscape(run.options().depth);
  const std::int64_t n = run.options().dimension, chains = run.chains(20000);
  const double eta = run.options().step_size, bound = 0.9 * landscape.saddle_radius();
  for (const double C : {2.0, 10.0, 50.0}) {
    const double beta = C * static_cast<double>(n);
    const Tensor end = run_chains(gradient_of(landscape), on_the_axis(1e-3, chains, n),
                                  {eta, beta, steps_of(3, eta)},
                                  run.streams("D8").child(static_cast<std::uint64_t>(C)));
    const Tensor radius = end.norm(2, 1);
    // The greatest excess of Pr[r < 0.9 rho - a] over e^{-beta a^2 / 4}.
    double excess = -kInfinity;
    for (double a = 0.01; a < bound; a += 0.01)
      excess = std::max(excess, (radius < bound - a).to(torch::kFloat64).mean().item<double>() -
                                    std::exp(-beta * a * a / 4));
    const std::string at = concat("C = ", C);
    run.add(check_at_most("D8", at + ", greatest excess over the bound", 0, excess));
    run.add_known(check_at_least("D8", concat(at, ", least radius of ", chains, " chains"), bound,
                                 radius.min().item<double>()));
  }
}

void check_return_from_afar(TheoryRun& run) {
  constexpr double kStart = 50;
  constexpr int kSteps = 300;
  const PopulationLandscape landscape(run.options().depth);
  const std::int64_t n = run.options().dimension, chains = run.chains(1000);
  const double eta = run.options().step_size;
  for (const double C : {0.1, 1.0, 10.0, 100.0}) {
    const RandomStreams streams =
        run.streams("D9").child(static_cast<std::uint64_t>(std::lround(10 * C)));
    Tensor excess = torch::full({chains}, -kInfinity);
    run_chains(
        gradient_of(landscape), kStart * random_directions(chains, n, streams.child("start")),
        {eta, C * static_cast<double>(n), kSteps}, streams,
        [&](int step, std::int64_t first, const Tensor& x) {
          Tensor rows = excess.narrow(0, first, x.size(0));
          torch::maximum_out(rows, rows, x.norm(2, 1) - kStart * std::pow(1 - eta / 2, step));
          return true;
        });
    run.add_known(check_at_most("D9", concat("C = ", C), 3 + 3 * std::sqrt(2 / C),
                                excess.max().item<double>()));
  }
}

// Share of chains that leave the ball of a radius around the centre from half of it.
double exit_fraction(const GradientField& gradient, const Tensor& centre, double radius,
                     std::int64_t chains, const ChainOptions& options,
                     const RandomStreams& streams) {
  const Tensor start =
      centre + radius / 2 * random_directions(chains, centre.size(0), streams.child("start"));
  const HittingTimes times =
      hitting_times(gradient, start, outside_ball(centre, radius), options, streams);
  return 1 - static_cast<double>(times.unhit()) / static_cast<double>(chains);
}

void check_exits(TheoryRun& run) {
  constexpr double kStepSize = 0.05;
  constexpr int kSteps = 400;
  const PopulationLandscape landscape(run.options().depth);
  const std::int64_t n = run.options().dimension, chains = run.chains(1000);
  const std::array<double, 4> concentrations{20, 50, 100, 200};
  struct Row {
    double radius;
    std::array<double, 4> known;
  };
  const auto exits_of = [&](double radius, double C) {
    return exit_fraction(
        gradient_of(landscape), true_latent(n), radius, chains,
        {kStepSize, C * static_cast<double>(n), kSteps},
        run.streams("D10").child(static_cast<std::uint64_t>(100 * radius + C * 1000)));
  };
  double worst_of_rule = 0;
  for (const Row& row :
       {Row{0.2, {1, 0.81, 0, 0}}, Row{0.3, {0.99, 0, 0, 0}}, Row{0.4, {0.018, 0, 0, 0}}})
    for (std::size_t i = 0; i < concentrations.size(); ++i) {
      const double C = concentrations[i];
      const double seen = exits_of(row.radius, C);
      run.add_known(
          check_within("D10", concat("R = ", row.radius, ", C = ", C), row.known[i], seen, 0.06));
      if (row.radius >= 1.7 / std::sqrt(C)) worst_of_rule = std::max(worst_of_rule, seen);
    }
  run.add_known(check_at_most("D10", "greatest share of exits where R >= 1.7 / sqrt(C)", 0.05,
                              worst_of_rule));
  // The condition that the proof needs, 2 sqrt(n sigma^2 / (1 - p^2)) <= R / 2,
  // at twice the C from which it holds.
  for (const double radius : {0.2, 0.3, 0.4}) {
    const double p = contraction_bound(kStepSize, 1, least_curvature(landscape, radius).value);
    const double C = 2 * 2 * kStepSize * 16 / (radius * radius * (1 - p * p));
    run.add_known(check_at_most(
        "D10", concat("4 sqrt(n sigma^2 / (1 - p^2)) <= R = ", radius, ", C = ", std::lround(C)), 0,
        exits_of(radius, C)));
  }
  // H = |x|^2 / 2 meets the paper's condition sigma sqrt(n) <= R / 4, and yet each chain leaves.
  for (const std::int64_t dimension : {20, 80, 320}) {
    const double radius = 0.2, C = 20, eta = 0.02;
    run.add(refuting(check_at_least(
        "D10", concat("quadratic loss, sigma sqrt(n) = R / 4.5, n = ", dimension, ": exits"), 0.99,
        exit_fraction(
            [](const Tensor& x) { return x; }, torch::zeros({dimension}), radius, 256,
            {eta, C * static_cast<double>(dimension), kSteps},
            run.streams("D10").child("quadratic", static_cast<std::uint64_t>(dimension))))));
  }
}

}  // namespace

void drift_checks(TheoryRun& run) {
  if (run.checks("D8")) check_leaving_zero(run);
  if (run.checks("D9")) check_return_from_afar(run);
  if (run.stopped()) return;
  if (run.checks("D10")) check_exits(run);
}

}  // namespace sgilo
