// A solver is a state and a step, so that any run can be stopped, saved and resumed; solve() is the
// loop over them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sgilo/core/observer.h"
#include "sgilo/core/options_json.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/solvers/problem.h"

namespace sgilo {

// Everything a run needs to go on bit for bit: tensors by name (variables, optimiser moments, kept
// draws, traces) and counters. Rows are image-major: row = image * chains + chain.
struct SolverState {
  std::int64_t images = 0;
  std::int64_t chains = 0;
  std::int64_t step = 0;  // steps taken, all stages together
  LatentState latent;     // current variables of the stage in play
  StateDict tensors;  // the solver's own: moments, preconditioner, kept images "draws" [rows, kept,
                      // C, H, W], ...
  std::map<std::string, double>
      counters;  // "evaluations", "score_evaluations", "stage", "stage_step", ...
  std::vector<std::string>
      failures;  // per row: empty, or why this chain was given up (NumericError); the others go on
};

class Solver {
 public:
  virtual ~Solver() = default;
  virtual SolverState start(const Problem&, const RandomStreams&) const = 0;
  virtual StepReport step(SolverState&, const Problem&, const RandomStreams&) const = 0;
  virtual bool finished(const SolverState&) const = 0;
  virtual std::string describe() const = 0;

  std::int64_t total_steps = 0;  // for progress; set by the constructor of each solver
};

// What a run returns. Chosen without any reference.
struct Reconstruction {
  Tensor draws;  // [images, chains, kept, C, H, W]
  Tensor mean;   // [images, C, H, W] over the kept draws of all chains that did not fail
  Tensor standard_deviation;  // [images, C, H, W]
  Tensor last;                // [images, chains, C, H, W]: one draw per chain
  Tensor best;              // [images, C, H, W]: last of the chain with the lowest measurement loss
  Tensor measurement_loss;  // [images, chains]: 0.5 ||A(x) - y||^2 of `last`
  std::map<std::string, double> counters;
  std::vector<std::string> failures;  // [images * chains]
};

Reconstruction reconstruction(const SolverState& state, const Problem& problem);

// Steps until finished or the observer asks to stop; the state is then whole and can be saved.
void run(const Solver& solver, SolverState& state, const Problem& problem,
         const RandomStreams& streams, Observer& observer);

}  // namespace sgilo
