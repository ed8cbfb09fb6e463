#include "sgilo/workflows/theory/theory.h"

#include <algorithm>
#include <array>

#include "sgilo/core/shape.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/population_landscape.h"
#include "sgilo/theory/random_relu_network.h"
#include "sgilo/workflows/stopwatch.h"
#include "sgilo/workflows/theory/report.h"
#include "sgilo/workflows/theory/theory_run.h"

namespace sgilo {
namespace {

struct Experiment {
  TheorySubject subject;
  void (*run)(TheoryRun&);
};
constexpr std::array kExperiments{
    Experiment{TheorySubject::landscape, landscape_experiment},
    Experiment{TheorySubject::random_matrices, random_matrices_experiment},
    Experiment{TheorySubject::escape, escape_experiment},
    Experiment{TheorySubject::hitting, hitting_experiment},
    Experiment{TheorySubject::potential, potential_experiment},
    Experiment{TheorySubject::wasserstein, wasserstein_experiment},
    Experiment{TheorySubject::coupling, coupling_experiment},
    Experiment{TheorySubject::temperature, temperature_experiment}};

bool selects(TheorySelection selection, TheorySubject subject) {
  return selection == TheorySelection::all ||
         static_cast<int>(selection) == static_cast<int>(subject);
}

// What the largest experiments hold: a network twice, and thousands of chains with their noise.
double needed_mib(const TheoryOptions& options) {
  constexpr double kMostChains = 20000, kCopies = 4, kBytes = 4.0 / (1 << 20);
  double weights = static_cast<double>(options.measurements * options.widths.back()), widest = 0;
  for (std::size_t i = 1; i < options.widths.size(); ++i) {
    const auto width = static_cast<double>(options.widths[i]);
    weights += width * static_cast<double>(options.widths[i - 1]);
    widest = std::max(widest, width);
  }
  const double chains = options.chains > 0 ? options.chains : kMostChains;
  return kBytes * (2 * weights + kCopies * chains * options.dimension +
                   kCopies * static_cast<double>(kChainsPerGroup) * widest);
}

void require_possible(const TheoryOptions& options, Observer& observer) {
  if (options.quick && options.full)
    throw ConfigError("quick and full exclude each other: quick checks a part of full");
  PopulationLandscape{options.depth};
  if (options.step_size >= 2)
    throw ConfigError(
        concat("step_size must be below 2, where Langevin dynamics on a landscape of curvatures "
               "up to 1 diverges, but is ",
               options.step_size));
  require_network_sizes(options.widths, options.measurements);
  if (!expansive(options.widths))
    observer.on_warning(
        concat("widths ", shape_text(options.widths),
               " do not grow from layer to layer: the theorem says nothing of such a network"));
  if (const double needed = needed_mib(options); needed > machine_mib())
    throw ConfigError(concat("widths, dimension and chains of these sizes need about ",
                             number_text(needed / 1024, 3), " GiB, but this machine has ",
                             number_text(machine_mib() / 1024, 3)));
}

// The checks in the order of the statements; what a quick run left out is told, what a full run
// left out is a failure.
std::vector<TheoryCheck> complete(const std::vector<TheoryCheck>& checks,
                                  const TheoryOptions& options) {
  std::vector<TheoryCheck> all;
  for (const TheoryClaim& claim : theory_claims()) {
    if (!selects(options.subject, claim.subject)) continue;
    const std::size_t before = all.size();
    std::copy_if(checks.begin(), checks.end(), std::back_inserter(all),
                 [&](const TheoryCheck& check) { return check.id == claim.id; });
    if (all.size() == before)
      all.push_back({std::string(claim.id), "", "", "", "",
                     options.full || claim.quick ? Verdict::fails : Verdict::not_run});
  }
  return all;
}

}  // namespace

bool TheoryResult::holds() const {
  return std::none_of(checks.begin(), checks.end(), [](const TheoryCheck& check) {
    return check.verdict == Verdict::fails;
  });
}

std::vector<TheoryClaim> claims_of(const TheoryOptions& options) {
  std::vector<TheoryClaim> out;
  for (const TheoryClaim& claim : theory_claims())
    if (selects(options.subject, claim.subject) && (options.full || claim.quick))
      out.push_back(claim);
  return out;
}

TheoryResult theory(const TheoryOptions& options, Observer& observer) {
  validate(options);
  require_possible(options, observer);
  require_gnuplot();
  make_folder(options.output);
  const Stopwatch watch;
  TheoryRun run(options, observer);
  for (const Experiment& experiment : kExperiments)
    if (selects(options.subject, experiment.subject) && !run.stopped()) experiment.run(run);
  TheoryResult result{complete(run.checks(), options), options.output, watch.seconds(),
                      !run.stopped()};
  if (!result.finished) return result;
  for (const Figure& figure : run.figures()) write_figure(figure, result.folder);
  write_file_atomically(result.folder / "checks.csv", table_of(result.checks).csv());
  write_file_atomically(result.folder / "config.json", to_json(options).dump(1) + "\n");
  write_theory_report(options, result.checks, run.figures(), result.folder);
  return result;
}

Table table_of(const std::vector<TheoryCheck>& checks) {
  Table table({"id", "claim", "instance", "place", "expected", "seen", "tolerance", "verdict"});
  for (const TheoryCheck& check : checks) {
    const TheoryClaim& claim = theory_claim(check.id);
    table.add_row({check.id, std::string(claim.claim), check.instance, std::string(claim.place),
                   check.expected, check.seen, check.tolerance,
                   std::string(word_of_verdict(check.verdict))});
  }
  return table;
}

}  // namespace sgilo
