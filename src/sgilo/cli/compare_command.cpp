// sgilo compare: metrics of runs against references.
#include "sgilo/cli/verb.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/workflows/compare.h"

namespace sgilo {
namespace {

Json rows_of(const Table& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows()) {
    Json json = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Json value = Json::parse(row[i], nullptr, false);  // a number, or else a word
      json[table.columns()[i]] = value.is_number() ? value : Json(row[i]);
    }
    rows.push_back(std::move(json));
  }
  return rows;
}

Outcome act(const CompareOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const Comparison comparison = compare(options, *console.observer);
  write_file_atomically(options.output, comparison.metrics.csv());
  Outcome out;
  out.text = comparison.summary.text();
  if (!comparison.differences.rows().empty())
    out.text += concat("\nPaired differences over the images, 95 % intervals:\n",
                       comparison.differences.text());
  out.text += concat("\n", options.output, ": ", comparison.metrics.rows().size(), " rows\n");
  out.json = {{"output", options.output},
              {"metrics", rows_of(comparison.metrics)},
              {"summary", rows_of(comparison.summary)},
              {"differences", rows_of(comparison.differences)}};
  return out;
}

}  // namespace

Verb compare_verb() {
  return make_verb<CompareOptions>(
      {"compare",
       "metrics of one or several runs against the true images",
       "sgilo compare run/ --reference face.png --model models/portraits64",
       "runs",
       {},
       false,
       OutputKind::file},
      act);
}

}  // namespace sgilo
