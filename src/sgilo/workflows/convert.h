// The tensors of a file of weights as safetensors or npz, or a generator as a model folder that
// solve takes: `sgilo convert`. What is converted and then loaded equals what is loaded directly.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/models/network_file.h"

namespace sgilo {

struct ConvertOptions : CommonOptions {
  std::string input;
  std::string part;
  std::int64_t coordinate_samples = 256;
  std::string output;
  CheckpointOptions checkpoint;
  static constexpr auto fields() {
    using O = ConvertOptions;
    return std::tuple_cat(
        std::tuple{
            field("input", &O::input, "file of weights in any format"),
            field("part", &O::part,
                  "first part of the names to take, as G_ema (empty: of a generator's file its "
                  "averaged "
                  "generator, else everything)"),
            field("coordinate_samples", &O::coordinate_samples,
                  "random images from which a model folder's coordinates are estimated",
                  positive<std::int64_t>),
            field("output", &O::output,
                  "FILE.safetensors (FILE.npz), or a folder: the model of a generator, for solve"),
            field("checkpoint", &O::checkpoint, "limits of the file")},
        common_fields());
  }
};

struct ConvertResult {
  std::string kind;  // "stylegan2", "tensors"
  std::size_t tensors = 0;
  bool finished = true;  // false: the observer asked to stop, and nothing is written
};

// Throws ConfigError, FormatError; writes nothing then.
ConvertResult convert(const ConvertOptions& options, Observer& observer);
std::string plan(const ConvertOptions& options);

}  // namespace sgilo
