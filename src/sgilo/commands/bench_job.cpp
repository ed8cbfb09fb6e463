// What operations cost here, beside what the machine's libraries can do.
#include "sgilo/bench/bench.h"
#include "sgilo/commands/job.h"
#include "sgilo/runs/profile.h"

namespace sgilo {
namespace {

Json run_bench(const BenchOptions& options, Observer& observer) {
  const BenchReport report = bench(options, observer);
  Json result{{"finished", report.finished}};
  if (report.finished) result.update(to_json(report));
  return result;
}

std::string text_bench(const Json& result) {
  if (!finished(result)) return "interrupted, nothing is written\n";
  std::string out = table_of(result).text();
  for (const Json& row : result["rows"])
    if (row.contains("profile"))
      out += concat("\n", row.value("preset", ""), ", ", row.value("chains", 0), " chain(s), ",
                    row.value("precision", ""), ", ", row.value("kernel", ""), "\n",
                    profile_table(row["profile"].get<std::map<std::string, double>>()).text());
  return out;
}

}  // namespace

Job bench_job() {
  return make_job<BenchOptions>(
      {.name = "bench",
       .help = "times steps, solves, training, its images and loading, beside the machine's limit",
       .command = {.example = "sgilo bench step --presets config-f --chains 1,4",
                   .positional = "subject",
                   .output = OutputKind::file}},
      plan, run_bench, text_bench);
}

}  // namespace sgilo
