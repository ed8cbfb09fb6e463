#include "sgilo/solvers/solver.h"

#include "sgilo/core/error.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/energy.h"

namespace sgilo {
namespace {

// Mean over all axes but the last three; NaN where no draw is left.
Tensor mean_image(const Tensor& draws) { return draws.flatten(0, -4).mean(0); }

}  // namespace

Reconstruction reconstruction(const SolverState& state, const Problem& problem) {
  const torch::NoGradGuard no_grad;
  SolverState finished = state;
  if (!finished.tensors.contains("draws"))
    keep_draw(finished, problem);  // stopped before the first
  const Tensor& draws = finished.tensors.at("draws");
  Shape by_image{state.images, state.chains};
  by_image.insert(by_image.end(), draws.sizes().begin() + 1, draws.sizes().end());

  Reconstruction out;
  out.draws = draws.reshape(by_image);
  out.last = out.draws.select(2, -1);
  out.measurement_loss =
      finished.tensors.at("draw_losses").select(1, -1).reshape({state.images, state.chains});
  out.counters = finished.counters;
  out.failures = state.failures;

  const Tensor healthy = healthy_rows(state).reshape({state.images, state.chains});
  std::vector<Tensor> means, deviations, bests;
  for (std::int64_t image = 0; image < state.images; ++image) {
    const Tensor chains = healthy[image].nonzero().flatten().to(draws.device());
    const Tensor own = out.draws[image].index_select(0, chains);
    const Tensor mean = mean_image(own);
    means.push_back(mean);
    deviations.push_back(mean_image((own - mean).square()).sqrt());
    if (chains.numel() == 0) {
      bests.push_back(mean);
      continue;
    }
    const Tensor losses = out.measurement_loss[image].index_select(0, chains);
    bests.push_back(out.last[image][chains[losses.argmin()].item<std::int64_t>()]);
  }
  out.mean = torch::stack(means);
  out.standard_deviation = torch::stack(deviations);
  out.best = torch::stack(bests);
  return out;
}

void run(const Solver& solver, SolverState& state, const Problem& problem,
         const RandomStreams& streams, Observer& observer) {
  while (!solver.finished(state) && !observer.stop_requested()) {
    const std::vector<std::string> before = state.failures;
    const StepReport report = solver.step(state, problem, streams);
    std::size_t failed = 0;
    for (std::size_t row = 0; row < state.failures.size(); ++row) {
      if (state.failures[row] != before[row]) observer.on_warning(state.failures[row]);
      failed += !state.failures[row].empty();
    }
    observer.on_step(report);
    if (failed == state.failures.size())
      throw NumericError(concat("every chain failed, the first with: ", state.failures.front()));
  }
}

}  // namespace sgilo
