#include "sgilo/models/lpips_files.h"

#include "sgilo/checkpoint/finite_numbers.h"
#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "sgilo/models/network_file.h"

namespace sgilo {

Lpips load_lpips(const std::string& linear, const std::string& backbone, torch::Device device) {
  const StateDict weights = open_checkpoint(linear).state();
  require_finite_numbers(weights, linear);
  // The classifier beside the features is 17 times as large and not read.
  StateDict features = with_prefix(open_checkpoint(backbone).state("features."), "features.");
  require_finite_numbers(features, backbone);
  for (auto& [name, tensor] : features) tensor = tensor.to(device);
  try {
    return Lpips(weights, features);
  } catch (const FormatError& error) {
    throw FormatError(concat("LPIPS of ", linear, " and ", backbone, ": ", error.what()));
  }
}

}  // namespace sgilo
