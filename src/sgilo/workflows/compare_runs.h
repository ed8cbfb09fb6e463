// The finished runs that are compared: which folders they are, and what a comparison takes of each.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sgilo/core/error.h"
#include "sgilo/runs/finished_run.h"

namespace sgilo {

struct RunPlace {
  std::filesystem::path folder;
  std::string name;
  bool one_of_many = false;  // of a folder of measurements that was solved
};

// A folder of runs, by its manifest or without one, as its runs; any other as itself. Throws
// FormatError.
std::vector<RunPlace> runs_of(const std::filesystem::path& folder);

struct ComparedRun : FinishedRun {
  std::filesystem::path folder;
  std::string name;
  std::vector<Tensor> last;  // per image [chains, C, H, W], chains that did not fail

  Tensor mean(std::size_t image) const { return of("mean", image); }
  Tensor best(std::size_t image) const { return of("best", image); }

 private:
  Tensor of(const char* estimate, std::size_t image) const {  // [C, H, W]
    return draws.at(estimate)[static_cast<std::int64_t>(image)];
  }
};

// Throws FormatError where the folder holds no finished run.
ComparedRun read_run(const RunPlace& place);

// "<folder>: is not the folder of a finished run: its files contradict each other"
FormatError contradiction(const std::filesystem::path& folder);

}  // namespace sgilo
