#include "sgilo/solvers/restore.h"

#include <algorithm>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

void require_a_healthy_row(const std::vector<std::string>& failures) {
  const bool all = std::none_of(failures.begin(), failures.end(),
                                [](const std::string& failure) { return failure.empty(); });
  if (all) throw NumericError(concat("every chain failed, the first with: ", failures.front()));
}

}  // namespace

std::vector<RowKey> row_keys(std::int64_t images, std::int64_t chains) {
  std::vector<RowKey> rows;
  for (std::int64_t image = 0; image < images; ++image)
    for (std::int64_t chain = 0; chain < chains; ++chain)
      rows.push_back({static_cast<std::uint64_t>(image), static_cast<std::uint64_t>(chain)});
  return rows;
}

void run(const Solver& solver, SolverState& state, const Problem& problem,
         const RandomStreams& streams, Observer& observer,
         const std::function<void(const SolverState&)>& after_step) {
  while (!solver.finished(state) && !observer.stop_requested()) {
    const std::vector<std::string> before = state.failures;
    const StepReport report = solver.step(state, problem, streams);
    for (std::size_t row = 0; row < state.failures.size(); ++row)
      if (state.failures[row] != before[row]) observer.on_warning(state.failures[row]);
    observer.on_step(report);
    if (after_step) after_step(state);
  }
}

Reconstruction restore(const Problem& problem, const Solver& solver,
                       const std::vector<RowKey>& rows, const RandomStreams& streams,
                       Observer& observer, StateStore& store, std::int64_t at_once) {
  if (rows.empty()) throw ConfigError("a run needs at least one row, but is given none");
  const std::size_t most = at_once > 0 ? static_cast<std::size_t>(at_once) : rows.size();
  std::vector<Reconstruction> parts;
  for (std::size_t begin = 0; begin < rows.size(); begin += most) {
    const std::vector<RowKey> group(
        rows.begin() + static_cast<std::ptrdiff_t>(begin),
        rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows.size(), begin + most)));
    std::optional<SolverState> state = store.load(group);
    if (!state) state = solver.start(problem, group, streams);
    run(solver, *state, problem, streams, observer, [&](const SolverState& now) {
      if (group.size() == rows.size()) require_a_healthy_row(now.failures);  // none is to come
      store.on_step(now);
    });
    store.on_end(*state);
    const bool stopped = !solver.finished(*state);
    if (!stopped || parts.empty()) parts.push_back(reconstruction(*state, problem));
    parts.back().finished = !stopped;
    if (stopped) break;
  }
  Reconstruction all = joined(parts);
  if (all.finished) require_a_healthy_row(all.failures);
  return all;
}

Reconstruction restore(const Problem& problem, const Solver& solver,
                       const std::vector<RowKey>& rows, const RandomStreams& streams,
                       Observer& observer) {
  StateStore nowhere;
  return restore(problem, solver, rows, streams, observer, nowhere);
}

}  // namespace sgilo
