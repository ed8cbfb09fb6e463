// What operations cost here, beside what the machine's libraries can do at best: `sgilo bench`.
// Every row states its limit, the bare convolutions or matrix products of the same shapes timed in
// the same run, and the ratio to it. Steps and limits alternate, so that other programs slow both.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/core/options_json.h"
#include "sgilo/generator/kernels/kernel.h"
#include "sgilo/report/table.h"
#include "sgilo/workflows/common_options.h"

namespace sgilo {

enum class BenchSubject { step, score };
template <>
struct EnumWords<BenchSubject> {
  static constexpr std::array<std::string_view, 2> words{"step", "score"};
};

struct BenchOptions : CommonOptions {
  BenchSubject subject = BenchSubject::step;
  std::vector<std::string> presets = {"default"};
  std::vector<std::string> precisions = {"fp32", "bf16"};
  std::vector<std::string> kernels = {"reference", "fused"};
  std::vector<int> chains = {1, 4};
  int repetitions = 7;
  std::string output;
  static constexpr auto fields() {
    using O = BenchOptions;
    return std::tuple_cat(
        std::tuple{
            field("subject", &O::subject,
                  "step: one decoding and its gradients for every variable; score: one evaluation "
                  "of a score network"),
            field("presets", &O::presets,
                  "sizes with random weights: default (64x64), 256, config-f (1024x1024), of step; "
                  "default, paper (8 layers, width 1024, 256 tokens) of score"),
            field("precisions", &O::precisions, "fp32, bf16"),
            field("kernels", &O::kernels, "reference, fused; of step"),
            field("chains", &O::chains, "rows of a batch", all_positive<int>),
            field("repetitions", &O::repetitions, "timed runs after one that warms up",
                  positive<int>),
            field("output", &O::output, "JSON file with the rows and the machine (empty: none)")},
        common_fields());
  }
};

struct BenchRow {
  std::string preset, precision, kernel;
  int chains = 1;
  std::vector<double> seconds, limits;  // of each repetition
  double peak_mib = 0;                  // above the process at its start
};

struct BenchReport {
  std::vector<BenchRow> rows;
  bool finished = true;  // false: the observer asked to stop
};

// Throws ConfigError for words that name nothing.
BenchReport bench(const BenchOptions& options, Observer& observer);

// Median seconds, smallest and largest, the limit's median, the median ratio of the repetitions.
Table table_of(const BenchReport& report);
Json to_json(const BenchReport& report);  // with system_info()

}  // namespace sgilo
