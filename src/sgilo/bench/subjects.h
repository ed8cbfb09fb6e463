// What `sgilo bench` times: for each subject, the ways of doing it once.
#pragma once

#include <functional>
#include <vector>

#include "sgilo/bench/bench.h"

namespace sgilo {

// Does the subject once; may leave a profile.
using BenchStep = std::function<void(std::map<std::string, double>& profile)>;

struct BenchVariation {
  BenchRow row;
  std::function<double()> limit;    // seconds
  std::function<BenchStep()> make;  // with its networks, so that memory can be told for each alone
};

inline BenchRow bench_row(std::string preset, std::string precision = "", std::string kernel = "",
                          int chains = 1) {
  BenchRow row;
  row.preset = std::move(preset);
  row.precision = std::move(precision);
  row.kernel = std::move(kernel);
  row.chains = chains;
  return row;
}

// All ways for one preset and number of chains.
std::vector<BenchVariation> step_variations(const BenchOptions& options, const std::string& preset,
                                            int chains);
std::vector<BenchVariation> score_variations(const BenchOptions& options, const std::string& preset,
                                             int chains);
std::vector<BenchVariation> solve_variations(const BenchOptions& options, const std::string& preset,
                                             int chains);
std::vector<BenchVariation> train_variations(const BenchOptions& options);
std::vector<BenchVariation> portrait_variations(const BenchOptions& options);
std::vector<BenchVariation> load_variations(const std::string& preset);

}  // namespace sgilo
