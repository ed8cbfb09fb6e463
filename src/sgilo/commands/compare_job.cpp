// Metrics of runs against references.
#include "sgilo/commands/job.h"
#include "sgilo/commands/rows.h"
#include "sgilo/workflows/compare.h"

namespace sgilo {
namespace {

constexpr int kDigits = 5;  // of a metric

Json run_compare(const CompareOptions& options, Observer& observer) {
  const Comparison comparison = compare(options, observer);
  Json misfits = Json::array();
  for (const Misfit& misfit : comparison.misfits)
    misfits.push_back({{"run", misfit.run},
                       {"image", misfit.image},
                       {"file", misfit.file},
                       {"residual_over_noise", misfit.residual_over_noise}});
  return {{"output", comparison.output.string()},
          {"references_fit", !comparison.misfits.empty() ? Json(false)
                             : comparison.checked        ? Json(true)
                                                         : Json()},  // nobody knows
          {"misfits", misfits},
          {"metrics", rows_of(comparison.metrics, {"run", "image", "estimate"})},
          {"summary", rows_of(comparison.summary, {"run", "estimate"})},
          {"differences", rows_of(comparison.differences, {"runs", "estimate", "metric"})}};
}

std::string text_compare(const Json& result) {
  std::string out = table_of_rows(result["summary"], kDigits).text();
  if (!result["differences"].empty())
    out += concat("\nPaired differences over the images, 95 % intervals:\n",
                  table_of_rows(result["differences"], kDigits).text());
  for (const Json& misfit : result.value("misfits", Json::array()))
    out += concat("\nDoubtful: ", misfit.value("file", ""), " is hardly the image '",
                  misfit.value("image", ""), "' of ", misfit.value("run", ""), "\n");
  return out + concat("\n", result.value("output", ""), ": ", result["metrics"].size(), " rows\n");
}

}  // namespace

Job compare_job() {
  return make_job<CompareOptions>(
      {.name = "compare",
       .help = "metrics of one or several runs against the true images",
       .command = {.example = "sgilo compare run/ --reference face.png --model models/portraits64",
                   .positional = "runs",
                   .output = OutputKind::file}},
      plan, run_compare, text_compare);
}

}  // namespace sgilo
