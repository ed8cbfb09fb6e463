// What is in a file of weights: its format, tensors and what it seems to be: `sgilo info FILE`.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/models/network_file.h"

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

Json to_json(const FileReport& report);
// That JSON for people; `rows` tensors at most (0: all).
std::string text(const Json& report, std::int64_t rows);

}  // namespace sgilo
