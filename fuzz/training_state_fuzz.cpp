// The saved state of a training run, and its log: the first byte chooses which.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sgilo/core/error.h"
#include "sgilo/training/training_folder.h"
#include "sgilo/training/training_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  static const std::filesystem::path folder = [] {
    char name[] = "/dev/shm/sgilo-fuzz-XXXXXX";
    return std::filesystem::path(::mkdtemp(name));
  }();
  if (size == 0) return 0;
  const bool is_log = data[0] % 2 == 0;
  std::filesystem::remove(folder / "state.safetensors");
  std::ofstream(folder / (is_log ? "log.csv" : "state.safetensors"), std::ios::binary)
      << std::string(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    TrainingFolder training(folder, {{"seed", 1}});
    training.load({{"weight", torch::zeros({2, 3})}});
    read_training_log(training.files(), [](const LogLine&) {});
  } catch (const Error&) {
  }
  return 0;
}
