#include "sgilo/workflows/solve_problem.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/shape.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/solvers/restore.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

std::int64_t images_at_once(const SolveOptions& options, std::int64_t images) {
  return options.images_at_once == 0 ? images : std::min(images, options.images_at_once);
}

// Rows for whose evaluation max_memory leaves room, at least one; 0 where it is all of them.
std::int64_t affordable_rows(const Model& model, const SolveOptions& options,
                             const Measurement& measurement) {
  const std::int64_t images = images_at_once(options, measurement.count());
  const double none = estimated_mib(model, options, images, 0),
               one = estimated_mib(model, options, images, 1) - none;
  const double rows = std::floor((options.max_memory - none) / one);
  const auto all = static_cast<double>(rows_per_state(measurement, options));
  return rows >= all ? 0 : std::max<std::int64_t>(1, static_cast<std::int64_t>(rows));
}

}  // namespace

std::vector<fs::path> measurement_files(const SolveOptions& options) {
  if (options.measurement.empty())
    throw ConfigError("measurement must name a file of 'sgilo measure', but is empty");
  if (!fs::is_directory(options.measurement)) return {options.measurement};
  require_kind(options.measurement, "solve takes a measurement, or a folder of them",
               {FileKind::folder});
  std::vector<fs::path> files;
  for (const auto& item : fs::directory_iterator(options.measurement))
    if (item.path().extension() == ".safetensors") {
      if (item.is_other()) throw format_error(item.path(), "is neither a file nor a folder");
      files.push_back(item.path());
    }
  std::sort(files.begin(), files.end());
  if (files.empty()) throw format_error(options.measurement, "holds no measurement (.safetensors)");
  for (const fs::path& file : files)  // each gives a folder of its name among the run's own files
    for (const std::string name : {"state", "samples", "images", "replaced"})
      if (file.stem() == name)
        throw ConfigError(concat(file.string(), ": no measurement of a folder may be named state, ",
                                 "samples, images or replaced; rename it"));
  return files;
}

Problem make_problem(const Measurement& measurement, const Model& model, double model_error,
                     torch::Device device) {
  const Shape& measured = measurement.forward_operator->image_shape();
  const Shape made = model.generator->image_shape();
  if (measured != made)
    throw ConfigError(concat("the measurement is of images ", shape_text(measured), ", but model ",
                             model.name, " makes ", shape_text(made), "; measure with --size ",
                             made.back()));
  return {.generator = model.generator.get(),
          .forward_operator = measurement.forward_operator.get(),
          .measurements = measurement.values.to(device),
          .likelihood = Likelihood(measurement.noise_model(), model_error),
          .priors = model.priors};
}

Problem make_problem(const Measurement& measurement, const Model& model,
                     const SolveOptions& options) {
  const double model_error =
      options.model_error < 0 ? model.error.of(*measurement.forward_operator) : options.model_error;
  Problem problem = make_problem(measurement, model, model_error, device_of(options.device));
  if (const auto* sgilo = std::get_if<SgiloOptions>(&options.solver);
      sgilo && sgilo->coarse_steps > 0 && model.cut)
    problem.coarse = model.cut(sgilo->coarse_side > 0 ? sgilo->coarse_side
                                                      : model.generator->image_shape()[1] / 2);
  if (options.max_memory > 0 && model.row_mib <= 0)
    throw ConfigError(concat("max_memory needs a model whose memory is known, which model ",
                             model.name, " is not"));
  if (options.max_memory > 0) problem.rows_at_once = affordable_rows(model, options, measurement);
  return problem;
}

std::vector<RowKey> rows_of(const Measurement& measurement, const SolveOptions& options) {
  return row_keys(measurement.count(), chains_of(options.solver));
}

std::int64_t rows_per_state(const Measurement& measurement, const SolveOptions& options) {
  return images_at_once(options, measurement.count()) * chains_of(options.solver);
}

RandomStreams streams_of(const SolveOptions& options) {
  return RandomStreams(static_cast<std::uint64_t>(options.seed)).child("solve");
}

double estimated_mib(const Model& model, const SolveOptions& options, std::int64_t images,
                     double rows) {
  constexpr double kMib = 1 << 20;
  // The program, its libraries and the score networks: what the measured peaks of a row at 64 pixels leave
  // (csgm 239, sgilo 254 MiB, with PyTorch 2.13).
  constexpr double kProgram = 234;
  // A row's noise inputs, their gradients, moments and draws: about 100 bytes per pixel (measured).
  const Shape image = model.generator->image_shape();
  const double states = 100.0 / kMib * static_cast<double>(images) *
                        static_cast<double>(chains_of(options.solver) * image[1] * image[2]);
  const double weights = 4.0 / 3 * model.weights_mib;  // the kernels' three copies, and the model's
  return kProgram + weights + states + 1.3 * model.row_mib * rows;
}

void require_solvable(const fs::path& file, const Measurement& measurement, const Model& model,
                      const SolveOptions& options) {
  try {
    const Problem problem = make_problem(measurement, model, options);
    make_solver(options.solver)->start(problem, {RowKey{}}, streams_of(options));
  } catch (const ConfigError& error) {
    throw ConfigError(concat(file.string(), ": ", error.what()));
  }
}

Json repeatable(SolveOptions options, const Model& model) {
  if (!options.measurement.empty())
    options.measurement = fs::absolute(options.measurement).lexically_normal().string();
  static_cast<ModelSource&>(options) = with_full_paths(options, model);
  return to_json(options);
}

}  // namespace sgilo
