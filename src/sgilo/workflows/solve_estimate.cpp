// What a run would cost, from one short timing.
#include <algorithm>
#include <cmath>

#include "sgilo/machine/stopwatch.h"
#include "sgilo/report/table.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/energy.h"
#include "sgilo/solvers/restore.h"
#include "sgilo/workflows/solve_problem.h"

namespace sgilo {
namespace {

// "120" for 117.3 and two digits: as many digits as count, and no power of ten behind them.
std::string rounded(double value, int digits) {
  if (!(value > 0)) return "0";
  const double unit = std::pow(10, std::floor(std::log10(value)) - digits + 1);
  return number_text(std::round(value / unit) * unit, 12);
}

constexpr double kTimedSeconds = 0.5;  // about; never more than one evaluation and one step need

// Seconds of an evaluation of one row, without scores.
double evaluation_seconds(const Problem& problem, SolverState state) {
  const Tensor measured = row_measurements(problem, state);
  const auto once = [&] {
    return seconds_of(
        [&] { data_term(problem, problem.likelihood, state.latent, measured, state); });
  };
  const double first = once();  // pays for allocations
  return first > kTimedSeconds ? first : std::min(first, once());
}

// Seconds of a row's evaluation in a run, scores and optimiser too: of a step of as many rows as half a
// second allows, where it allows one.
double seconds_per_evaluation(const Problem& problem, const SolveOptions& options,
                              std::int64_t rows, Observer& observer) {
  const auto solver = make_solver(options.solver);
  const RandomStreams streams = streams_of(options);
  const double alone = evaluation_seconds(problem, solver->start(problem, {RowKey{}}, streams));
  const double in_a_step = static_cast<double>(evaluations_of(options.solver)) /
                           static_cast<double>(solver->total_steps());
  const auto timed = static_cast<std::int64_t>(kTimedSeconds / (2 * alone * in_a_step));
  if (timed < 1 || observer.stop_requested()) return alone;
  const std::vector<RowKey> group = row_keys(1, std::min({rows, timed, chains_of(options.solver)}));
  SolverState state = solver->start(problem, group, streams);
  const auto step = [&] { return seconds_of([&] { solver->step(state, problem, streams); }); };
  const double first = step();
  const double seconds = solver->finished(state) ? first : std::min(first, step());
  return seconds / (in_a_step * static_cast<double>(group.size()));
}

double memory_of(const Model& model, const SolveOptions& options, const Problem& problem,
                 const Measurement& measurement) {
  if (model.row_mib <= 0) return peak_mib();
  const std::int64_t rows = rows_per_state(measurement, options),
                     images = rows / chains_of(options.solver),
                     at_once = problem.rows_at_once > 0 ? problem.rows_at_once : rows;
  return estimated_mib(model, options, images, static_cast<double>(at_once));
}

}  // namespace

SolveEstimate estimate_solve(const SolveOptions& options, Observer& observer) {
  validate(options);
  const Model model = load_model(options, options);
  const auto solver = make_solver(options.solver);
  SolveEstimate out;
  double of_one = 0;  // seconds of a row's evaluation, timed on the first measurement
  for (const std::filesystem::path& file : measurement_files(options)) {
    if (observer.stop_requested()) {
      out.finished = false;
      out.text += "interrupted\n";
      return out;
    }
    const Measurement measurement = read_measurement(file);
    require_solvable(file, measurement, model, options);
    const Problem problem = make_problem(measurement, model, options);
    const auto rows = static_cast<std::int64_t>(rows_of(measurement, options).size());
    if (of_one == 0) of_one = seconds_per_evaluation(problem, options, rows, observer);
    const double seconds =
        of_one * static_cast<double>(evaluations_of(options.solver)) * static_cast<double>(rows);
    out.seconds += seconds;
    out.memory_mib = std::max(out.memory_mib, memory_of(model, options, problem, measurement));
    out.text +=
        concat(file.string(), ": ", measurement.count(), " image(s) with ", solver->describe(),
               "\n  operator ", measurement.forward_operator->describe(), ", noise ",
               measurement.noise_model()->describe(), ", model error ",
               problem.likelihood.model_error(), ", about ", rounded(seconds, 2), " s\n");
  }
  out.text += concat("model ", model.name, ": ", model.generator->describe(), "\nabout ",
                     rounded(out.seconds, 2), " s and ", rounded(out.memory_mib, 3),
                     " MiB\nwould write ", options.output, "\n");
  return out;
}

}  // namespace sgilo
