// .npy and .npz as they are, and the input as a record of a sound .npz.
#include <cstdlib>
#include <filesystem>

#include "fuzz_checkpoint.h"
#include "sgilo/checkpoint/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  fuzz_checkpoint(data, size);
  try {
    Checkpoint checkpoint;
    checkpoint.path = "input";
    read_npy_entry(memory_bytes(std::string(reinterpret_cast<const char*>(data), size), "input"),
                   "input", "array", checkpoint);
    checkpoint.state();
  } catch (const FormatError&) {
  }
  return 0;
}
