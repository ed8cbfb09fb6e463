#include "sgilo/experiments/theory/theory.h"

#include <algorithm>
#include <array>

#include "sgilo/core/idle_options.h"
#include "sgilo/core/shape.h"
#include "sgilo/experiments/theory/report.h"
#include "sgilo/experiments/theory/theory_run.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/machine/stopwatch.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/population_landscape.h"
#include "sgilo/theory/random_relu_network.h"

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

static_assert(EnumWords<TheorySelection>::words.size() == kExperiments.size() + 1 &&
                  static_cast<int>(TheorySelection::temperature) ==
                      static_cast<int>(TheorySubject::temperature),
              "a selection is a subject, or all");

bool selects(TheorySelection selection, TheorySubject subject) {
  return selection == TheorySelection::all ||
         static_cast<int>(selection) == static_cast<int>(subject);
}

// What the largest experiments hold: a network twice, thousands of chains with their noise, and 100
// snapshots of two coordinates of each, which are copied and sorted.
double needed_mib(const TheoryOptions& options) {
  constexpr double kMostChains = 20000, kCopies = 4, kSnapshots = 100 * 2 * 2 * 3,
                   kBytes = 4.0 / (1 << 20);
  double weights =
             static_cast<double>(options.measurements) * static_cast<double>(options.widths.back()),
         widest = 0;
  for (std::size_t i = 1; i < options.widths.size(); ++i) {
    const auto width = static_cast<double>(options.widths[i]);
    weights += width * static_cast<double>(options.widths[i - 1]);
    widest = std::max(widest, width);
  }
  const double chains = options.chains > 0 ? options.chains : kMostChains;
  return kBytes * (2 * weights + chains * (kCopies * options.dimension + kSnapshots) +
                   kCopies * static_cast<double>(kChainsPerGroup) * widest);
}

void refuse_idle_options(const TheoryOptions& options) {
  using Subject = TheorySelection;
  const Subject subject = options.subject;
  const std::string why = concat("on subject ", word_of(subject));
  if (subject == Subject::random_matrices)  // of a network alone
    refuse_idle(options,
                {"depth", "dimension", "concentration", "step_size", "chains", "measurements"},
                why);
  if (subject == Subject::escape || subject == Subject::hitting || subject == Subject::potential ||
      subject == Subject::coupling)  // of the population landscape alone
    refuse_idle(options, {"widths", "measurements"}, why);
}

void require_possible(const TheoryOptions& options) {
  validate(options);
  refuse_idle_options(options);
  if (options.quick && options.full)
    throw ConfigError("quick and full exclude each other: quick checks a part of full");
  PopulationLandscape{options.depth};
  constexpr int kDeepest = 64;
  if (options.depth > kDeepest)
    throw ConfigError(
        concat("depth must be at most ", kDeepest, ", but is ", options.depth,
               ": chains leave the saddle of deeper landscapes too late to wait for"));
  const auto require = [](std::string_view name, double value, double least, double most) {
    if (value < least || value > most)
      throw ConfigError(
          concat(name, " must be from ", least, " to ", most, ", but is ", value,
                 ": beyond, chains take longer than anyone waits, or numbers lose their digits"));
  };
  require("concentration", options.concentration, 1e-3, 1e6);
  if (options.step_size < 2) require("step_size", options.step_size, 1e-4, 2);
  if (options.step_size >= 2)
    throw ConfigError(
        concat("step_size must be below 2, where Langevin dynamics on a landscape of curvatures "
               "up to 1 diverges, but is ",
               options.step_size));
  require_network_sizes(options.widths, options.measurements);
  if (options.widths.front() < 2)
    throw ConfigError(concat("widths must begin with a latent of at least 2 numbers, but are ",
                             shape_text(options.widths)));
  if (const double needed = needed_mib(options); needed > machine_mib())
    throw ConfigError(concat("widths, dimension and chains of these sizes need about ",
                             number_text(needed / 1024, 3), " GiB, but this machine has ",
                             number_text(machine_mib() / 1024, 3)));
}

// The figures of an earlier run would stand beside this one's report.
void remove_figures(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("figure_"))
      std::filesystem::remove(entry.path());
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
  return std::none_of(checks.begin(), checks.end(),
                      [](const TheoryCheck& check) { return check.verdict == Verdict::fails; });
}

std::vector<TheoryClaim> claims_of(const TheoryOptions& options) {
  require_possible(options);
  std::vector<TheoryClaim> out;
  for (const TheoryClaim& claim : theory_claims())
    if (selects(options.subject, claim.subject) && (options.full || claim.quick))
      out.push_back(claim);
  return out;
}

std::string plan(const TheoryOptions& options) {
  std::string ids;
  for (const TheoryClaim& claim : claims_of(options)) ids += concat(" ", claim.id);
  if (ids.empty())
    return concat("nothing of ", word_of(options.subject), " is quick; --full checks it\n");
  return concat("would check", ids, " in ", options.full ? "up to ten minutes" : "about a minute",
                " and write report.html, checks.csv and the figures into ", options.output, "\n");
}

TheoryResult theory(const TheoryOptions& options, Observer& observer) {
  require_possible(options);
  require_gnuplot();
  if (!expansive(options.widths))
    observer.on_warning(
        concat("widths ", shape_text(options.widths),
               " do not grow from layer to layer: the theorem says nothing of such a network"));
  const bool made = !std::filesystem::exists(options.output);
  make_folder(options.output);
  const std::filesystem::path config = std::filesystem::path(options.output) / "config.json";
  write_file_atomically(config, to_json(options).dump(1) + "\n");  // fails before the work
  const Stopwatch watch;
  TheoryRun run(options, observer);
  for (const Experiment& experiment : kExperiments) {
    if (!selects(options.subject, experiment.subject) || run.stopped()) continue;
    try {
      experiment.run(run);
    } catch (const NumericError& error) {  // its statements that were not reached fail
      observer.on_warning(error.what());
    }
  }
  TheoryResult result{.checks = complete(run.checks(), options),
                      .folder = options.output,
                      .seconds = watch.seconds(),
                      .finished = !run.stopped()};
  if (!result.finished) {
    std::filesystem::remove(config);
    if (made) std::filesystem::remove(result.folder);
    return result;
  }
  write_file_atomically(result.folder / "checks.csv", table_of(result.checks).csv());
  remove_figures(result.folder);
  for (const Figure& figure : run.figures()) write_figure(figure, result.folder);
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
