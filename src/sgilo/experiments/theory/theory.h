// The theory laboratory: the statements of section 3 and the appendix of the paper, checked and
// drawn (`sgilo theory`).
#pragma once

#include <filesystem>

#include "sgilo/core/observer.h"
#include "sgilo/core/options_json.h"
#include "sgilo/experiments/theory/check.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/report/table.h"

namespace sgilo {

enum class TheorySelection {
  landscape,
  random_matrices,
  escape,
  hitting,
  potential,
  wasserstein,
  coupling,
  temperature,
  all
};
template <>
struct EnumWords<TheorySelection> {
  static constexpr std::array<std::string_view, 9> words{
      "landscape",   "random-matrices", "escape",      "hitting", "potential",
      "wasserstein", "coupling",        "temperature", "all"};
};

// The setting of the experiments where a statement does not vary it. The tolerances of the checks
// were found at the defaults.
struct TheoryOptions : CommonOptions {
  TheorySelection subject = TheorySelection::all;
  bool quick = false, full = false;
  int depth = 2;
  int dimension = 20;          // n of the population landscape
  double concentration = 100;  // C = beta |x*|^2 / n
  double step_size = 0.1;
  int chains = 0;  // 0: what each statement takes
  std::vector<std::int64_t> widths = {10, 200, 1000};
  std::int64_t measurements = 100;
  std::string output = "theory";
  static constexpr auto fields() {
    using O = TheoryOptions;
    return std::tuple_cat(
        std::tuple{
            field("subject", &O::subject, "experiments"),
            field("quick", &O::quick,
                  "check the statements that take less than a minute together; the default"),
            field("full", &O::full, "check every statement, in less than ten minutes"),
            field("depth", &O::depth, "layers d of the population landscape (at least 2)"),
            field("dimension", &O::dimension, "n: of the latent in the population landscape",
                  Check<int>{"at least 3", [](const int& n) { return n >= 3; }}),
            field("concentration", &O::concentration,
                  "C = beta |x*|^2 / n, the inverse temperature without units", positive<double>),
            field("step_size", &O::step_size, "eta of the Langevin step", positive<double>),
            field("chains", &O::chains, "of each statement (0: as many as its tolerance takes)",
                  non_negative<int>),
            field("widths", &O::widths, "of the random network: its latent, then its layers",
                  all_positive<std::int64_t>),
            field("measurements", &O::measurements, "m: rows of the random network's A",
                  positive<std::int64_t>),
            field("output", &O::output,
                  "folder of report.html, checks.csv and each figure as CSV, PNG and SVG")},
        common_fields());
  }
};

struct TheoryResult {
  std::vector<TheoryCheck> checks;  // of every statement of the subject, those not run too
  std::filesystem::path folder;
  double seconds = 0;    // of the experiments
  bool finished = true;  // false: the observer asked to stop; nothing is written
  bool holds() const;    // no check fails
};

// The statements that a run would check. Throws ConfigError for options that it would refuse.
std::vector<TheoryClaim> claims_of(const TheoryOptions& options);

// Runs the experiments of a subject and writes the folder: report.html, checks.csv, config.json and
// the figures. Without `full` only the quick statements are checked. Throws ConfigError.
TheoryResult theory(const TheoryOptions& options, Observer& observer);

// What theory() would do, in a line; throws the same.
std::string plan(const TheoryOptions& options);

// id, claim, instance, place, expected, seen, tolerance, verdict.
Table table_of(const std::vector<TheoryCheck>& checks);

}  // namespace sgilo
