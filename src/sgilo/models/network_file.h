// Networks in the field's files, recognised by their tensors.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "sgilo/generator/stylegan2.h"
#include "sgilo/models/stored_constants.h"
#include "sgilo/released/released_transformer.h"

namespace sgilo {

struct GeneratorFile {
  StyleGan2 network{nullptr};   // frozen, on the CPU
  std::string layout;           // "NVIDIA StyleGAN2", "rosinality StyleGAN2"
  std::string prefix;           // of its tensors in the file: "G_ema."
  bool mean_estimated = false;  // the file has no mean style: that of kMeanInputs random inputs
  std::vector<std::string> warnings;  // of the file (checkpoint.h)
};
inline constexpr std::int64_t kMeanInputs = 4096;

// The averaged generator of a snapshot or training checkpoint ("G_ema", "g_ema"), else the only one
// of the file, whatever stands in front of its names; what the file states of its computation is
// honoured or refused (stored_constants.h). Throws FormatError, also for StyleGAN3.
GeneratorFile load_generator_file(const std::filesystem::path& path,
                                  const CheckpointOptions& options = {});
GeneratorFile generator_of(const Checkpoint& checkpoint);
// The one whose tensors begin with `prefix`, which holds_generator().
GeneratorFile generator_of(const Checkpoint& checkpoint, const std::string& prefix);
bool holds_generator(const Checkpoint& checkpoint, const std::string& prefix);

// Where the tensors of each generator of the file begin; the averaged ones first.
std::vector<std::string> generator_prefixes(const Checkpoint& checkpoint);
// Where those of the preferred one do; nothing without one. Throws FormatError where several are
// equally meant.
std::optional<std::string> generator_prefix(const Checkpoint& checkpoint);
// Whether a file of rosinality's has the mean style of that generator.
bool has_mean_style(const Checkpoint& checkpoint, const std::string& prefix);
// Why generator_of() refuses the one of `prefix`; empty where it does not.
std::string generator_obstacle(const Checkpoint& checkpoint, const std::string& prefix);

// What stands in front of the tensors whose names end in `ending`: nothing, or words with dots.
std::vector<std::string> prefixes_of(const Checkpoint& checkpoint, const std::string& ending);

// The tensors whose names begin with `prefix`, without it, floating ones as float32. Every reader
// of weights takes them from here or asks require_finite_numbers(): throws FormatError for one that
// holds nan or infinity.
StateDict weights_of(const Checkpoint& checkpoint, const std::string& prefix = "");

// All tensors of a file after its checksums, as weights_of().
StateDict tensors_of(const Checkpoint& checkpoint, torch::Device device = torch::kCPU);

// What `make` returns; the errors of what it makes of the file's tensors name the file.
template <class Make>
auto made_of(const std::filesystem::path& path, Make make) {
  try {
    return make();
  } catch (const Error& error) {
    throw FormatError(concat(path.string(), ": ", error.what()));
  }
}

// A score network as SGILO released it, for variables of this shape [C, H, W].
ReleasedTransformer released_score_of(const Checkpoint& checkpoint, const Shape& shape,
                                      torch::Device device = torch::kCPU);
// The file of one.
Checkpoint open_released_score(const std::filesystem::path& path,
                               const CheckpointOptions& options = {});

}  // namespace sgilo
