// The tables of a comparison: a row for each image and estimate, their means, and the differences
// between runs of the same images.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sgilo/core/random_streams.h"
#include "sgilo/workflows/compare_scores.h"

namespace sgilo {

inline constexpr std::array kEstimates{"mean", "draw", "best"};
using RunScores = std::array<std::vector<Scores>, kEstimates.size()>;  // by estimate, then image

// Without rows; `metrics` are those of Scores::names that there are.
Comparison empty_comparison(const std::vector<std::size_t>& metrics,
                            const std::filesystem::path& output);

// The scores of a run's last image, one row for each estimate.
void add_metrics(Comparison& out, const std::vector<std::size_t>& metrics, const std::string& run,
                 const std::string& image, const RunScores& scores);

// The means over the images that have a score.
void add_summary(Comparison& out, const std::vector<std::size_t>& metrics, const std::string& run,
                 const RunScores& scores);

// With 95 % intervals, of a run of the same images to the first.
void add_differences(Table& table, const std::string& name, const RunScores& run,
                     const std::string& first_name, const RunScores& first,
                     const RandomStreams& streams);

}  // namespace sgilo
