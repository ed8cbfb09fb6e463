// A solver is a state and a step, so that any run can be stopped, saved and resumed; restore.h is the
// loop over them.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/observer.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/solvers/adam.h"
#include "sgilo/solvers/kernels/kernel_memory.h"
#include "sgilo/solvers/problem.h"
#include "sgilo/solvers/state_fields.h"

namespace sgilo {

// What a run has cost, over all its rows.
struct Counts {
  std::int64_t evaluations = 0;        // forward and backward passes of the generator
  std::int64_t score_evaluations = 0;  // of networks and closed forms; noise inputs cost nothing
  std::int64_t decodes = 0;            // forward passes alone

  Counts& operator+=(const Counts& other);
  static constexpr auto fields() {
    return std::tuple{field("evaluations", &Counts::evaluations, "forward and backward passes"),
                      field("score_evaluations", &Counts::score_evaluations, "of scores"),
                      field("decodes", &Counts::decodes, "forward passes alone")};
  }
};

// The draws that a run keeps, what it returns.
struct Draws {
  Tensor images;    // [rows, kept, C, H, W]
  Tensor losses;    // [rows, kept]: 0.5 ||A(x) - y||^2
  Tensor energies;  // [rows, kept]: -log p(y | x) up to a constant
  static constexpr auto fields() {
    return std::tuple{field("images", &Draws::images, "kept images"),
                      field("losses", &Draws::losses, "half the squared residual of each"),
                      field("energies", &Draws::energies, "energy of the likelihood of each")};
  }
};

// Everything a run needs to go on bit for bit. The parts below `failures` are the memory of
// optimisers and kernels: empty in solvers without them.
struct SolverState {
  std::vector<RowKey> rows;
  std::int64_t step = 0;  // steps taken, all stages together
  LatentState latent;     // current variables of the stage in play
  Counts counts;
  Draws draws;
  std::vector<std::string> failures;  // of each row: empty, or why it was given up; others go on
  AdamState adam;
  LatentState centre;  // what a stage starts from, the centre of ILO's balls
  LatentState radii;   // of the spheres that variables are kept on
  KernelMemory kernel;

  std::int64_t count() const { return static_cast<std::int64_t>(rows.size()); }

  static constexpr auto fields() {
    using S = SolverState;
    return std::tuple{field("rows", &S::rows, "image and chain of each row"),
                      field("step", &S::step, "steps taken"),
                      field("latent", &S::latent, "current variables"),
                      field("counts", &S::counts, "cost so far"),
                      field("draws", &S::draws, "kept draws"),
                      field("failures", &S::failures, "why a row was given up"),
                      field("adam", &S::adam, "moments"),
                      field("centre", &S::centre, "start of the stage"),
                      field("radii", &S::radii, "spheres"),
                      field("kernel", &S::kernel, "what the transition kernel remembers")};
  }
};

class Solver {
 public:
  virtual ~Solver() = default;

  // These rows at the beginning. Throws ConfigError when the problem does not fit the solver.
  virtual SolverState start(const Problem& problem, const std::vector<RowKey>& rows,
                            const RandomStreams& streams) const = 0;
  virtual StepReport step(SolverState& state, const Problem& problem,
                          const RandomStreams& streams) const = 0;
  virtual std::int64_t total_steps() const = 0;
  virtual std::string describe() const = 0;

  bool finished(const SolverState& state) const { return state.step >= total_steps(); }
};

}  // namespace sgilo
