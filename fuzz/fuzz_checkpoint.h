// What every fuzzed reader of weights does with the bytes, under the limits that are shipped: open,
// check sums, read all tensors. Only FormatError may come out; anything else, a crash or a large
// allocation is a find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"

namespace sgilo {

inline void fuzz_checkpoint(const std::uint8_t* data, std::size_t size) {
  CheckpointOptions options;
  for (const bool inert : {false, true}) {
    options.pickle.inert = inert;
    try {
      const Checkpoint checkpoint = open_checkpoint(
          memory_bytes(std::string(reinterpret_cast<const char*>(data), size), "input"), "input",
          options);
      checkpoint.verify();
      checkpoint.state();
    } catch (const FormatError&) {
    }
  }
}

}  // namespace sgilo
