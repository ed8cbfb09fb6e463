// A pickle that is a file of its own, as network snapshots are, whose storages lie inside it.
#include "fuzz_checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sgilo::fuzz_checkpoint(data, size);
  return 0;
}
