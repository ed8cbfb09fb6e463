// What a finished run left, as it is read again: nothing in it is believed before it is checked.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sgilo/core/options_json.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/data/image_framing.h"

namespace sgilo {

inline constexpr const char* kDrawsFile = "draws.safetensors";
inline constexpr const char* kDrawsFormat = "sgilo draws 2";  // 1 had no seal

struct FinishedRun {
  Json manifest;
  bool observed = false;
  std::string measurement_hash;  // empty where the manifest has none
  std::vector<std::string> images;
  std::vector<ImageFraming> framings;
  std::vector<std::vector<bool>> healthy;  // of each image's chains
  StateDict
      draws;  // mean, best [images, C, H, W], last [images, chains, C, H, W], what else there is
};

// Throws FormatError, naming the file, when the folder holds no finished run, a file of it is missing,
// damaged or changed since it was written, or its files contradict each other.
FinishedRun read_finished_run(const std::filesystem::path& folder);

// The draws of a finished run whose manifest calls it `run`. Throws FormatError as above.
StateDict read_draws(const std::filesystem::path& folder, const std::string& run);

}  // namespace sgilo
