// A whole run in memory: groups of rows, the loop over the solver's steps, and their join. The command,
// the demo, inversions, benchmarks and experiments all call it.
#pragma once

#include <functional>
#include <optional>

#include "sgilo/core/observer.h"
#include "sgilo/solvers/reconstruction.h"

namespace sgilo {

// Chains 0 .. chains-1 of images 0 .. images-1, image by image.
std::vector<RowKey> row_keys(std::int64_t images, std::int64_t chains);

// Where the states of a run are kept while it lasts. The base class keeps nothing.
class StateStore {
 public:
  virtual ~StateStore() = default;
  // The state in which these rows were left before; nothing: they start anew.
  virtual std::optional<SolverState> load(const std::vector<RowKey>&) { return std::nullopt; }
  virtual void on_step(const SolverState&) {}  // after each step
  virtual void on_end(const SolverState&) {}   // when the rows are done, or the run stops
};

// Steps until finished or the observer asks to stop; the state is then whole and can be saved. Warns
// of each row that fails; failed rows stay where they are.
void run(const Solver& solver, SolverState& state, const Problem& problem,
         const RandomStreams& streams, Observer& observer,
         const std::function<void(const SolverState&)>& after_step = {});

// Draws of the rows, which are keyed globally, so that rows split over calls, processes or machines
// draw the same numbers and join again (joined). `at_once`: rows in one state, less memory when fewer
// (0: all). When the observer stops the run, what is finished, else where the first rows are. Throws
// ConfigError when the problem does not fit the solver; NumericError when every row failed.
Reconstruction restore(const Problem& problem, const Solver& solver,
                       const std::vector<RowKey>& rows, const RandomStreams& streams,
                       Observer& observer, StateStore& store, std::int64_t at_once = 0);
Reconstruction restore(const Problem& problem, const Solver& solver,
                       const std::vector<RowKey>& rows, const RandomStreams& streams,
                       Observer& observer);

}  // namespace sgilo
