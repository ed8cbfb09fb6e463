// sgilo bench: what operations cost here, beside what the machine's libraries can do.
#include "sgilo/bench/bench.h"
#include "sgilo/cli/verb.h"
#include "sgilo/runs/profile.h"

namespace sgilo {
namespace {

Outcome act(const BenchOptions& options, Console& console) {
  if (console.dry_run)
    return planned(
        concat("would time ", word_of(options.subject), " for ", join(options.presets), "\n"));
  const BenchReport report = bench(options, *console.observer);
  if (!report.finished) return {"interrupted, nothing is written\n", {}, kInterrupted};
  std::string text = table_of(report).text();
  for (const BenchRow& row : report.rows)
    if (!row.profile.empty())
      text += concat("\n", row.preset, ", ", row.chains, " chain(s), ", row.precision, ", ",
                     row.kernel, "\n", profile_table(row.profile).text());
  return {text, to_json(report)};
}

}  // namespace

Verb bench_verb() {
  return make_verb<BenchOptions>(
      {"bench",
       "times steps, solves, training images and loading, beside the machine's limit",
       "sgilo bench step --presets config-f --chains 1,4",
       "subject",
       {},
       false,
       OutputKind::file},
      act);
}

}  // namespace sgilo
