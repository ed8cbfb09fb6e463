// Restores images from a measurement: the measurement, a model and a solver in, a run folder out.
// Opens no reference.
#pragma once

#include <memory>

#include "sgilo/machine/common_options.h"
#include "sgilo/models/model.h"
#include "sgilo/runs/make_solver.h"
#include "sgilo/runs/measurement.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {

struct SolveOptions : GeneratorRunOptions, ModelSource {
  std::string measurement;
  SolverOptions solver = SgiloOptions{};
  double model_error = -1;
  std::int64_t images_at_once = 0;
  double max_memory = 0;
  double save_minutes = 1;
  bool profile = false;
  std::string output = "run";
  static constexpr auto fields() {
    using O = SolveOptions;
    return std::tuple_cat(
        std::tuple{
            field("measurement", &O::measurement, "file of 'sgilo measure', or a folder of them")},
        source_fields(),
        std::tuple{
            field("solver", &O::solver, "what restores, name or name:key=value,..."),
            field("model_error", &O::model_error,
                  "standard deviation of what the generator cannot reach, beside the noise's "
                  "(negative: the model's own value for this operator)"),
            field(
                "images_at_once", &O::images_at_once,
                "images solved in one batch, less memory when fewer (0: all); other batches round "
                "differently, and draws with them",
                non_negative<std::int64_t>),
            field(
                "max_memory", &O::max_memory,
                "about the MiB that the process may take: rows are evaluated in smaller groups "
                "to stay below (0: no limit); other groups round differently, and draws with them",
                non_negative<double>),
            field("save_minutes", &O::save_minutes, "minutes between two saves of the state",
                  positive<double>),
            field("profile", &O::profile, "say where the time went, in the manifest too"),
            field("output", &O::output, "run folder")},
        generator_fields());
  }
};

struct SolveResult {
  Json manifest;
  bool finished = false;  // false: stopped by the observer, the state is saved
};

// Writes the run folder. A folder of measurements gives one run folder for each file, under the
// output. Throws ConfigError, FormatError, Error; NumericError when every chain failed.
SolveResult solve(const SolveOptions& options, RunMode mode, Observer& observer);

// The same for a model in memory and one measurement.
SolveResult solve_measurement(const Measurement& measurement, const std::string& measurement_hash,
                              const Model& model, const SolveOptions& options, RunMode mode,
                              Observer& observer);

// What a run would cost here: from its options, its measurements and one short timing, whatever its
// size; nothing is written.
struct SolveEstimate {
  double seconds = 0;
  double memory_mib = 0;  // largest resident set of the process
  std::string text;       // what would be done, one line per fact
  bool finished = true;   // false: the observer asked to stop
};
SolveEstimate estimate_solve(const SolveOptions& options, Observer& observer);

}  // namespace sgilo
