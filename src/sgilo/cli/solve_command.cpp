// sgilo solve: a measurement to a run folder with restored images.
#include "sgilo/cli/verb.h"
#include "sgilo/report/table.h"
#include "sgilo/runs/profile.h"
#include "sgilo/workflows/solve.h"

namespace sgilo {
namespace {

std::string text_of(const Json& run, const std::string& output) {
  if (run.contains("runs")) {
    std::string all;
    for (const Json& one : run["runs"]) all += text_of(one, one.value("run", output));
    return all;
  }
  std::string text =
      concat(output, ": ", run["images"].size(), " image(s), ", run.value("solver", ""), "; ",
             number_text(run.value("evaluations", 0.0)), " evaluations in ",
             number_text(run.value("seconds", 0.0), 3), " s, ", run.value("scalars_measured", 0),
             " numbers measured, p/n ", number_text(run.value("p_over_n", 0.0), 3),
             ", peak memory ", number_text(run.value("peak_memory_mib", 0.0), 4), " MiB\n");
  if (run.contains("profile"))
    text += profile_table(run["profile"].get<std::map<std::string, double>>()).text();
  for (const Json& failure : run.value("failures", Json::array()))
    text += concat("failed: ", failure.value("image", ""), ", chain ", failure.value("chain", 0),
                   ": ", failure.value("reason", ""), "\n");
  return text;
}

Outcome act(const SolveOptions& options, Console& console) {
  Outcome out;
  if (console.dry_run) {
    const SolveEstimate estimate = estimate_solve(options);
    out.text = estimate.text;
    out.json = {{"seconds", estimate.seconds}, {"memory_mib", estimate.memory_mib}};
    return out;
  }
  const SolveResult result = solve(options, console.mode, *console.observer);
  out.json = result.manifest;
  if (result.finished) {
    out.text = text_of(result.manifest, options.output);
  } else {
    out.text = concat("interrupted, the state is saved; go on with: sgilo solve --resume ",
                      options.output, "\n");
    out.code = kInterrupted;
  }
  return out;
}

}  // namespace

Verb solve_verb() {
  return make_verb<SolveOptions>(
      {"solve",
       "restores images from a measurement; never opens a reference",
       "sgilo solve y.safetensors --model models/portraits64 --solver sgilo --chains 4 -o run/\n"
       "  sgilo solve --resume run/",
       "measurement",
       {{"chains", "solver.chains"}, {"evaluations", "solver.evaluations"}},
       true},
      act);
}

}  // namespace sgilo
