// Networks in the field's files, recognised by their tensors.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "sgilo/generator/stylegan2.h"
#include "sgilo/released/released_transformer.h"

namespace sgilo {

struct GeneratorFile {
  StyleGan2 network{nullptr};   // frozen, on the CPU
  std::string layout;           // "NVIDIA StyleGAN2", "rosinality StyleGAN2"
  std::string prefix;           // of its tensors in the file: "G_ema."
  bool mean_estimated = false;  // the file has no mean style: that of kMeanInputs random inputs
};
inline constexpr std::int64_t kMeanInputs = 4096;
// The limit of the activations beside converted weights: a value, or a tensor of no axes where the
// format keeps nothing but tensors.
inline constexpr const char* kClamp = "conv_clamp";

// The averaged generator of a snapshot or training checkpoint ("G_ema", "g_ema"), else the only
// one of the file; the limit of the activations is the file's ("conv_clamp"). Throws FormatError,
// also for StyleGAN3.
GeneratorFile load_generator_file(const std::filesystem::path& path,
                                  const CheckpointOptions& options = {});
GeneratorFile generator_of(const Checkpoint& checkpoint);
// The one whose tensors begin with `prefix`, which holds_generator().
GeneratorFile generator_of(const Checkpoint& checkpoint, const std::string& prefix);
bool holds_generator(const Checkpoint& checkpoint, const std::string& prefix);

// Where the tensors of the preferred generator begin in the file's names; nothing without one.
std::optional<std::string> generator_prefix(const Checkpoint& checkpoint);

// All tensors of a file after its checksums, floating ones as float32.
StateDict tensors_of(const Checkpoint& checkpoint, torch::Device device = torch::kCPU);
StateDict read_tensors(const std::filesystem::path& path, torch::Device device = torch::kCPU,
                       const CheckpointOptions& options = {});

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
ReleasedTransformer load_released_score(const std::filesystem::path& path, const Shape& shape,
                                        torch::Device device = torch::kCPU,
                                        const CheckpointOptions& options = {});

}  // namespace sgilo
