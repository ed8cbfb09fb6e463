#include "sgilo/experiments/theory/traps.h"

#include <algorithm>
#include <cmath>

#include "sgilo/experiments/theory/average.h"
#include "sgilo/experiments/theory/network_scan.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/gradient_descent.h"
#include "sgilo/theory/hitting_time.h"
#include "sgilo/theory/weight_distribution.h"

namespace sgilo {
namespace {

constexpr double kTrapped = 0.9;  // share of the descents that stay in what counts as a trap
// Networks are chosen well above it, as the verdict is on starts of their own.
constexpr double kChosen = 0.97;
constexpr int kCandidates = 100;

// Chains of law exp(-C n Lt) stay about 1 / sqrt(C) away from z*.
double hitting_radius(double concentration) {
  return std::max(0.3, 1.6 / std::sqrt(concentration));
}

// One way to leave the trap, and when its runs first come near z*.
struct Escape {
  std::string label;
  HittingTimes times;

  double share(double by) const { return 1 - times.fraction_after(by); }
};

// Gradient descent, the same with sign flips, and Langevin at each C, from the same starts.
struct Escapes {
  std::string network;
  std::vector<Escape> ways;
};

Escapes escapes_of(const ScannedNetwork& scanned, const EscapeSetting& setting,
                   const std::vector<double>& concentrations) {
  const RandomReluNetwork& network = scanned.network;
  const auto loss = [&](const Tensor& z) { return network.loss(z); };
  const auto gradient = [&](const Tensor& z) { return network.gradient(z); };
  const Tensor start = starts_behind(network, setting.chains, scanned.streams.child("trial"));
  Escapes out{network.describe(), {{"gradient descent", {}}, {"with sign flips", {}}}};
  for (const double c : concentrations) out.ways.push_back({concat("Langevin, C = ", c), {}});
  const auto run = [&](std::size_t i) {
    if (i < 2) {
      HittingRecorder recorder(setting.chains, setting.step_size,
                               ball(network.latent(), setting.radius));
      if (i == 0)
        gradient_descent(gradient, start, setting.step_size, setting.steps(), recorder.visitor());
      else
        gradient_descent_with_sign_flips(loss, gradient, start, setting.step_size, setting.steps(),
                                         recorder.visitor());
      return recorder.times();
    }
    const double c = concentrations[i - 2];
    return hitting_times(
        gradient, start, ball(network.latent(), hitting_radius(c)),
        {setting.step_size, c * static_cast<double>(network.dimension()), setting.steps()},
        scanned.streams.child("langevin", i));
  };
  at::parallel_for(
      0, static_cast<std::int64_t>(out.ways.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
          out.ways[i].times = run(i);
      });
  return out;
}

Curve distribution(const Escape& escape, double horizon) {
  Curve curve;
  curve.label = escape.label;
  curve.style = CurveStyle::steps;
  curve.x = {0};
  curve.y = {0};
  std::vector<double> times = escape.times.times;
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  for (const double time : times) {
    if (time > horizon) break;
    curve.x.push_back(time);
    curve.y.push_back(escape.share(time));
  }
  curve.x.push_back(horizon);
  curve.y.push_back(curve.y.back());
  return curve;
}

Panel panel_of(const std::string& title, const Escapes& escapes, double horizon) {
  Panel panel;
  panel.title = concat(title, ": ", escapes.network);
  panel.x = {.label = "Langevin time ηk", .least = 0, .most = horizon};
  panel.y = {.label = "share of the runs that came near z*", .least = -0.04, .most = 1.04};
  panel.legend = "below";
  for (const Escape& escape : escapes.ways) panel.curves.push_back(distribution(escape, horizon));
  return panel;
}

void check_descents(TheoryRun& run, std::string_view id, const Escapes& escapes, double horizon) {
  const std::string leaves = concat(", share that leaves by time ", horizon);
  // Up to two standard errors of so many descents.
  const double runs = static_cast<double>(escapes.ways[0].times.times.size()),
               error = std::sqrt(kTrapped * (1 - kTrapped) / runs);
  run.add(check_at_most(id, escapes.ways[0].label + leaves, 1 - kTrapped + 2 * error,
                        escapes.ways[0].share(horizon)));
  run.add(check_at_least(id, escapes.ways[1].label + leaves, 0.95, escapes.ways[1].share(horizon)));
}

// The quench: Langevin dynamics at C = 20, then gradient descent
// from where it ends, as a user does who wants a point.
void check_quench(TheoryRun& run, std::string_view id, const ScannedNetwork& scanned,
                  const EscapeSetting& setting) {
  constexpr double kConcentration = 20, kNear = 0.1;
  constexpr int kDescent = 100;
  const RandomReluNetwork& network = scanned.network;
  const auto gradient = [&](const Tensor& z) { return network.gradient(z); };
  const RandomStreams streams = scanned.streams.child("quench");
  const Tensor chains =
      run_chains(gradient, starts_behind(network, setting.chains, streams),
                 {setting.step_size, kConcentration * static_cast<double>(network.dimension()),
                  setting.steps()},
                 streams.child("langevin"));
  const Tensor end = gradient_descent(gradient, chains, setting.step_size, kDescent);
  run.add(check_at_least(
      id,
      concat("Langevin, C = ", kConcentration, ", then ", kDescent,
             " steps of gradient descent: share within ", kNear, " of z*"),
      0.9, average(((end - network.latent()).norm(2, 1) < kNear).to(torch::kFloat64))));
}

// The first network that traps gradient descent, and Langevin at C = 5 and 20, which leaves it; at
// larger C it depends on the network's barrier, and is only drawn. Then the quench.
std::optional<Escapes> escape_from_trap(TheoryRun& run, std::string_view id, const Shape& widths,
                                        std::int64_t measurements, EscapeSetting setting) {
  setting.chains = run.chains(setting.chains);
  const auto scanned =
      first_network(widths, measurements, kChosen, 1, kCandidates, setting, run.streams(id));
  if (!scanned) {
    run.add(check_true(id, "networks that trap gradient descent", concat("one of ", kCandidates),
                       "none", false));
    return {};
  }
  const Escapes escapes = escapes_of(*scanned, setting, {5, 20, 100});
  check_descents(run, id, escapes, setting.time);
  for (std::size_t i = 2; i < 4; ++i)
    run.add(check_at_least(
        id, concat(escapes.ways[i].label, ", share that leaves by time ", setting.time), 0.9,
        escapes.ways[i].share(setting.time)));
  check_quench(run, id, *scanned, setting);
  return escapes;
}

// R3.
std::optional<Escapes> no_trap(TheoryRun& run, EscapeSetting setting) {
  setting.chains = run.chains(setting.chains);
  const auto scanned =
      first_network({10, 200, 1000}, 100, 0, 1 - kChosen, kCandidates, setting, run.streams("R3"));
  if (!scanned) {
    run.add(check_true("R3", "networks that do not trap gradient descent",
                       concat("one of ", kCandidates), "none", false));
    return {};
  }
  const Escapes escapes = escapes_of(*scanned, setting, {5, 20, 100});
  constexpr double kSoon = 40;
  run.add(check_at_least("R3",
                         concat(escapes.ways[0].label, ", share there by time ", setting.time),
                         kTrapped, escapes.ways[0].share(setting.time)));
  for (std::size_t i = 1; i < escapes.ways.size(); ++i)
    run.add(check_at_least("R3", concat(escapes.ways[i].label, ", share there by time ", kSoon),
                           0.95, escapes.ways[i].share(kSoon)));
  return escapes;
}

double worst_weight_distribution(const ScannedNetwork& scanned) {
  double worst = 0;
  for (std::size_t i = 0; i < scanned.network.weights().size(); ++i)
    worst = std::max(worst, weight_distribution_bound(scanned.network.weights()[i] / std::sqrt(2.0),
                                                      60, scanned.streams.child("pairs", i)));
  return worst;
}

// R5: of the traps among the first candidates the one that holds Langevin at C = 100 best.
Escapes deep_trap(TheoryRun& run, EscapeSetting setting) {
  constexpr int kScanned = 32;
  constexpr double kCold = 100;
  setting.chains = run.chains(setting.chains);
  EscapeSetting scan = setting;
  scan.chains = std::min<std::int64_t>(setting.chains, 32);
  std::vector<std::optional<ScannedNetwork>> candidates(kScanned);
  std::vector<double> left(kScanned, 2.0);
  at::parallel_for(0, kScanned, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      candidates[i] =
          scan_network({10, 100, 300, 900}, 60, static_cast<int>(i), scan, run.streams("R5"));
      if (candidates[i]->stuck >= kTrapped)
        left[i] = escapes_of(*candidates[i], scan, {kCold}).ways[2].share(scan.time);
    }
  });
  const auto worst =
      static_cast<std::size_t>(std::min_element(left.begin(), left.end()) - left.begin());
  const ScannedNetwork& scanned = *candidates[worst];
  const Escapes escapes = escapes_of(scanned, setting, {5, 20, kCold, 50});
  check_descents(run, "R5", escapes, setting.time);
  run.add(check_at_least("R5", concat(escapes.ways[2].label, ", share that leaves"), 0.8,
                         escapes.ways[2].share(setting.time)));
  for (std::size_t i = 4; i < 6; ++i)
    run.add(check_at_most("R5", concat(escapes.ways[i].label, ", share that leaves"), 0.5,
                          escapes.ways[i].share(setting.time)));
  run.add(check_at_least("R5", "constant of the weight distribution condition", 0.5,
                         worst_weight_distribution(scanned)));
  return escapes;
}

}  // namespace

void trap_checks(TheoryRun& run) {
  const EscapeSetting setting;
  // At time 60 one trap in 40 still holds a tenth of the chains at C = 20.
  EscapeSetting patient = setting;
  patient.time = 2 * setting.time;
  std::vector<Panel> panels;
  if (run.checks("R1"))
    if (const auto escapes = escape_from_trap(run, "R1", {5, 100, 500}, 60, patient))
      panels.push_back(panel_of("a trap", *escapes, patient.time));
  if (run.checks("R2") && !run.stopped()) escape_from_trap(run, "R2", {10, 100, 400}, 50, patient);
  if (run.checks("R3") && !run.stopped())
    if (const auto escapes = no_trap(run, setting))
      panels.push_back(panel_of("no trap", *escapes, setting.time));
  if (run.checks("R4") && !run.stopped())
    escape_from_trap(run, "R4", {10, 200, 600, 1500}, 100, patient);
  if (run.checks("R5") && !run.stopped())
    panels.push_back(panel_of("a deep trap", deep_trap(run, setting), setting.time));
  if (panels.empty()) return;
  Figure figure;
  figure.name = "figure_05_traps";
  figure.title = "What leaves a trap behind z*";
  figure.caption =
      "Random networks where gradient descent from -ρ z* is trapped and where it is not, and one "
      "whose widths are too small for the theorem, whose trap holds Langevin dynamics at large C.";
  figure.panels = std::move(panels);
  run.add(std::move(figure));
}

}  // namespace sgilo
