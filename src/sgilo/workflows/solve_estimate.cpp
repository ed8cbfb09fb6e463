// What a run would cost, from the first steps of its solver.
#include <algorithm>
#include <cmath>

#include "sgilo/machine/stopwatch.h"
#include "sgilo/report/table.h"
#include "sgilo/workflows/solve_problem.h"

namespace sgilo {
namespace {

constexpr std::int64_t kTimedSteps = 3;

double estimated_seconds(const Problem& problem, const Solver& solver,
                         const std::vector<RowKey>& rows, std::int64_t at_once,
                         const RandomStreams& streams) {
  const auto all = static_cast<double>(rows.size());
  const double most = at_once > 0 ? std::min(all, static_cast<double>(at_once)) : all;
  const std::vector<RowKey> group(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(most));
  SolverState state = solver.start(problem, group, streams);
  solver.step(state, problem, streams);  // the first step pays for allocations
  const Stopwatch watch;
  std::int64_t steps = 0;
  for (; steps < kTimedSteps && !solver.finished(state); ++steps)
    solver.step(state, problem, streams);
  return watch.seconds() / static_cast<double>(std::max<std::int64_t>(steps, 1)) *
         static_cast<double>(solver.total_steps()) * std::ceil(all / most);
}

}  // namespace

SolveEstimate estimate_solve(const SolveOptions& options) {
  validate(options);
  const Model model = load_model(options, options);
  const auto solver = make_solver(options.solver);
  SolveEstimate out;
  for (const std::filesystem::path& file : measurement_files(options)) {
    const Measurement measurement = read_measurement(file);
    require_solvable(file, measurement, model, options);
    const Problem problem = make_problem(measurement, model, options);
    const double seconds =
        estimated_seconds(problem, *solver, rows_of(measurement, options),
                          rows_per_state(measurement, options), streams_of(options));
    out.seconds += seconds;
    out.text +=
        concat(file.string(), ": ", measurement.count(), " image(s) with ", solver->describe(),
               "\n  operator ", measurement.forward_operator->describe(), ", noise ",
               measurement.noise_model()->describe(), ", model error ",
               problem.likelihood.model_error(), ", about ", number_text(seconds, 2), " s\n");
  }
  out.memory_mib = peak_mib();
  out.text += concat("model ", model.name, ": ", model.generator->describe(), "\nabout ",
                     number_text(out.seconds, 2), " s and ", number_text(out.memory_mib, 3),
                     " MiB\nwould write ", options.output, "\n");
  return out;
}

}  // namespace sgilo
