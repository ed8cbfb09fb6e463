// What every verb of the command takes: the seed, threads and device of its computation.
#pragma once

#include <string>

#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// Options of a verb derive from this and append common_fields() to their own table.
struct CommonOptions {
  std::int64_t seed = 1;
  int threads = 0;
  std::string device = "cpu";

  static constexpr auto common_fields() {
    return std::tuple{
        field("seed", &CommonOptions::seed, "of every random number", non_negative<std::int64_t>),
        field("threads", &CommonOptions::threads,
              "processor threads (0: OMP_NUM_THREADS, else one per core)", non_negative<int>),
        field("device", &CommonOptions::device, "cpu, cuda or cuda:<n>")};
  }
};

// Throws ConfigError for a word that is no device and for a device that this machine lacks.
torch::Device device_of(const std::string& word);

}  // namespace sgilo
