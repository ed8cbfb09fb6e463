// What is in a file of weights: its format, tensors and what it seems to be; and the same tensors
// as safetensors or as a model folder: `sgilo info FILE`, `sgilo convert`.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/workflows/common_options.h"
#include "sgilo/workflows/network_file.h"

namespace sgilo {

struct FileReport {
  Checkpoint checkpoint;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::vector<std::string> findings;  // "StyleGAN2 generator of NVIDIA, 1024x1024, in 'G_ema'"
  std::uint64_t numbers = 0, tensor_bytes = 0;
};

// Reads everything that has a checksum. `trust`: also loads a module of TorchScript with libtorch,
// which runs its code, and lists its methods. Throws FormatError.
FileReport inspect(const std::filesystem::path& path, const CheckpointOptions& options = {},
                   bool trust = false);

// For people; `rows` tensors at most (0: all).
std::string text(const FileReport& report, std::int64_t rows);
Json to_json(const FileReport& report);

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
            field(
                "part", &O::part,
                "start of the names to take, as G_ema. (empty: of a generator's file its averaged "
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
