// What the experiments of the laboratory share: options,
// random streams, and where their checks and figures go.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/experiments/theory/check.h"
#include "sgilo/experiments/theory/theory.h"
#include "sgilo/report/figure.h"

namespace sgilo {

class TheoryRun {
 public:
  TheoryRun(const TheoryOptions& options, Observer& observer)
      : options_(options),
        observer_(observer),
        streams_(static_cast<std::uint64_t>(options.seed)) {}

  const TheoryOptions& options() const { return options_; }
  bool full() const { return options_.full; }
  // Whether a statement is to be checked: all in a full run, the quick ones otherwise.
  bool checks(std::string_view id) const { return full() || theory_claim(id).quick; }
  bool at_default_sizes() const;
  // Chains of a statement that takes `needed` of them, unless the options say otherwise.
  std::int64_t chains(std::int64_t needed) const {
    return options_.chains > 0 ? options_.chains : needed;
  }
  // The random numbers of one statement or figure: independent of what else runs.
  RandomStreams streams(std::string_view id) const { return streams_.child(id); }

  void add(TheoryCheck check);  // also tells the observer
  // A check whose expectation was measured at the default sizes: at others it is told, not judged.
  void add_known(TheoryCheck check);
  void add(Figure figure) { figures_.push_back(std::move(figure)); }

  Observer& observer() { return observer_; }
  bool stopped() { return observer_.stop_requested(); }

  const std::vector<TheoryCheck>& checks() const { return checks_; }
  const std::vector<Figure>& figures() const { return figures_; }

 private:
  const TheoryOptions& options_;
  Observer& observer_;
  RandomStreams streams_;
  std::vector<TheoryCheck> checks_;
  std::vector<Figure> figures_;
};

// The experiments, one file each. They look at run.checks(id) before each statement and at
// run.stopped() between long parts.
void landscape_experiment(TheoryRun& run);        // figures 1, 2
void random_matrices_experiment(TheoryRun& run);  // figure 3
void escape_experiment(TheoryRun& run);           // figures 4, 5
void hitting_experiment(TheoryRun& run);          // figure 6
void potential_experiment(TheoryRun& run);        // figure 7
void wasserstein_experiment(TheoryRun& run);      // figures 8, 9
void coupling_experiment(TheoryRun& run);         // figure 10
void temperature_experiment(TheoryRun& run);      // figures 11, 12

}  // namespace sgilo
