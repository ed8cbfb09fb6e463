// Makes a measurement: from references, by applying an operator and adding noise, or from data that
// are damaged already (`observed`), whose operator is stated and whose sigma is stated or
// estimated.
#pragma once

#include <optional>

#include "sgilo/core/observer.h"
#include "sgilo/data/image_folder.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/runs/measurement.h"

namespace sgilo {

struct MeasureOptions : CommonOptions {
  std::vector<std::string> images;
  bool strict = false;
  bool observed = false;
  OperatorOptions forward_operator = InpaintingOptions{};
  // Not stated: the default is added to references, and estimated for observed data.
  std::optional<NoiseOptions> noise;
  bool estimate_noise = false;
  std::int64_t size = 64;
  std::string output = "measurement.safetensors";
  static constexpr auto fields() {
    using O = MeasureOptions;
    return std::tuple_cat(
        std::tuple{field("images", &O::images, "image files or folders of them"),
                   field("strict", &O::strict, kStrictHelp),
                   field("observed", &O::observed,
                         "the images are damaged already; apply nothing (small pictures that other "
                         "programs made by bicubic kernels differ at their borders)"),
                   field("operator", &O::forward_operator,
                         "what is measured, name:key=value,...|name:..."),
                   field("noise", &O::noise, "noise of the measurement, name:key=value"),
                   field("estimate_noise", &O::estimate_noise,
                         "estimate sigma of observed data (done when no noise is stated)"),
                   field("size", &O::size,
                         "side of the square that is cut from the middle of each image and resized",
                         image_side),
                   field("output", &O::output, "the measurement's file")},
        common_fields());
  }
};

// Writes the measurement. Throws ConfigError, FormatError, Error. Says through the observer what was
// done to the files.
Measurement measure(const MeasureOptions& options, Observer& observer);

// The same, but writes nothing: what measure() would write.
Measurement take_measurement(const MeasureOptions& options, Observer& observer);

// "1 image(s), inpaint (keep = 0.05), gaussian (sigma = 0.01): 615 numbers of each image [3, 64,
// 64]"
std::string describe(const Measurement& measurement);

}  // namespace sgilo
