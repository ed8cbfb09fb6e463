// What operations cost here, beside what the machine's libraries can do at best: `sgilo bench`.
// Every row states its limit (bare convolutions, matrix products or reading of the same size),
// timed in turn with it in the same run, so that other programs slow both, and the ratio to it.
#pragma once

#include <map>
#include <optional>

#include "sgilo/bench/gradients.h"
#include "sgilo/core/observer.h"
#include "sgilo/core/options_json.h"
#include "sgilo/generator/kernels/kernel.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/report/figure.h"
#include "sgilo/report/table.h"

namespace sgilo {

enum class BenchSubject { step, score, solve, train, portraits, load, gradients };
template <>
struct EnumWords<BenchSubject> {
  static constexpr std::array<std::string_view, 7> words{"step",      "score", "solve",    "train",
                                                         "portraits", "load",  "gradients"};
};

struct BenchOptions : CommonOptions {
  BenchSubject subject = BenchSubject::step;
  std::vector<std::string> presets = {"default"};
  std::vector<std::string> precisions = {"fp32", "bf16"};
  std::vector<std::string> kernels = {"reference", "fused"};
  std::vector<int> chains = {1, 4};
  int evaluations = 60;
  int repetitions = 7;
  bool profile = false;
  std::string output, chart;
  static constexpr auto fields() {
    using O = BenchOptions;
    return std::tuple_cat(
        std::tuple{
            field("subject", &O::subject,
                  "step: one decoding and its gradients for every variable; score: one evaluation "
                  "of a score network; solve: SGILO over a layer, each evaluation with "
                  "one of the score network; train: 16 steps of the default generator's training, "
                  "and their parts; portraits: training images; load: a model folder; "
                  "gradients: not times, but how far the ways of a step agree"),
            field("presets", &O::presets,
                  "sizes with random weights: default (64x64) and config-f (1024x1024) of step, "
                  "solve, load and gradients, 256 of step and gradients, default and paper (8 "
                  "layers, width 1024, 256 "
                  "tokens) of score"),
            field("precisions", &O::precisions, "fp32, bf16; of step, score, solve and train"),
            field("kernels", &O::kernels, "reference, fused; of step, solve and train"),
            field("chains", &O::chains, "rows of a batch", all_positive<int>),
            field("evaluations", &O::evaluations, "of the generator in a solve, per chain",
                  Check<int>{"at least 10", [](const int& n) { return n >= 10; }}),
            field("repetitions", &O::repetitions,
                  "timed runs, but for a solve or a training after one that warms up",
                  positive<int>),
            field("profile", &O::profile, "say where the time of a solve goes"),
            field("output", &O::output, "JSON file with the rows and the machine (empty: none)"),
            field(
                "chart", &O::chart,
                "SVG or PNG file with the seconds of a step and their limit over the image's side, "
                "drawn by gnuplot (empty: none)")},
        common_fields());
  }
};

struct BenchRow {
  std::string preset, precision, kernel;  // empty: there is no choice
  int chains = 1;
  std::vector<double> seconds, limits;    // of each repetition
  double peak_mib = 0;                    // above the process at its start
  std::optional<double> published;        // seconds of the published program (published.h)
  int images = 0;                         // that the steps of a training see
  std::map<std::string, double> profile;  // of the last repetition of a solve or training, or empty
};

struct BenchReport {
  std::vector<BenchRow> rows;
  std::vector<GradientAgreement> gradients;
  bool finished = true;  // false: the observer asked to stop
};

// Throws ConfigError for words that name nothing.
BenchReport bench(const BenchOptions& options, Observer& observer);

// What bench() would do, in a line; throws the same.
std::string plan(const BenchOptions& options);

Json to_json(const BenchReport& report);  // with system_info()
// Of that JSON: median seconds, smallest and largest, the limit's median, the median ratio of the
// repetitions; or the agreement of gradients.
Table table_of(const Json& report);
// Seconds of steps over the side of their images, for the first number of chains.
Figure chart_of(const BenchReport& report);

}  // namespace sgilo
