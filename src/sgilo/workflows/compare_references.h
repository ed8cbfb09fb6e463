// The true images that runs are compared with: which one is of which image, in the square that the
// measurement recorded, and whether it can be the image that was measured.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sgilo/core/observer.h"
#include "sgilo/runs/measurement.h"
#include "sgilo/workflows/compare_runs.h"

namespace sgilo {

// The references of a run's images: in the order given, which is that of the measurement. Those of
// all runs of a folder are given together, and each run takes its own by name. Throws ConfigError.
std::vector<std::size_t> references_of(const ComparedRun& run, bool by_name,
                                       const std::vector<std::string>& names);

// The square of the reference that the run shows, [C, H, W]. Throws FormatError.
Tensor framed_reference(const std::filesystem::path& file, const ComparedRun& run,
                        std::size_t image, Observer& observer);

// The measurement that a run solved; nothing where its file is not there any more, or another one.
std::optional<Measurement> measurement_of(const ComparedRun& run, Observer& observer);

// Root mean square of A(x) - y over the noise's, where it is more than the noise explains: beyond 5
// standard errors of the mean square; beyond 3 for data that were observed, which another instrument
// than A damaged.
std::optional<double> excess_residual(const Measurement& y, std::size_t image,
                                      const Tensor& reference);

}  // namespace sgilo
