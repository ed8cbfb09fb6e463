// The saved state of a training run, and the log beside it, whose lines are read when a run goes on.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sgilo/core/error.h"
#include "sgilo/training/training_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  static const std::filesystem::path folder = [] {
    char name[] = "/dev/shm/sgilo-fuzz-XXXXXX";
    return std::filesystem::path(::mkdtemp(name));
  }();
  std::ofstream(folder / "state.safetensors", std::ios::binary)
      << std::string(reinterpret_cast<const char*>(data), size);
  try {
    load_training_state(folder);
  } catch (const Error&) {
  }
  return 0;
}
