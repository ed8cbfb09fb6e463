// A measurement to a run folder with restored images.
#include "sgilo/commands/job.h"
#include "sgilo/report/table.h"
#include "sgilo/runs/profile.h"
#include "sgilo/workflows/solve.h"

namespace sgilo {
namespace {

Json plan_solve(const SolveOptions& options, Observer& observer) {
  const SolveEstimate estimate = estimate_solve(options, observer);
  return {{"plan", estimate.text},
          {"seconds", estimate.seconds},
          {"memory_mib", estimate.memory_mib},
          {"finished", estimate.finished}};
}

Json run_solve(const SolveOptions& options, RunMode mode, Observer& observer) {
  const SolveResult result = solve(options, mode, observer);
  Json json = result.manifest;
  json["finished"] = result.finished;
  json["output"] = options.output;
  return json;
}

std::string text_of_run(const Json& run, const std::string& folder) {
  std::string text =
      concat(folder, ": ", run["images"].size(), " image(s), ", run.value("solver", ""), "; ",
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

std::string text_solve(const Json& result) {
  const std::string output = result.value("output", "");
  if (!finished(result))
    return concat("interrupted, the state is saved; go on with: sgilo solve --resume ", output,
                  "\n");
  if (!result.contains("runs")) return text_of_run(result, output);
  std::string all;
  for (const Json& run : result["runs"]) all += text_of_run(run, run.value("run", output));
  return all;
}

}  // namespace

Job solve_job() {
  return make_job<SolveOptions>(
      {.name = "solve",
       .help = "restores images from a measurement; never opens a reference",
       .command = {.example = "sgilo solve y.safetensors --model models/portraits64 --solver sgilo "
                              "--chains 4 -o run/\n  sgilo solve --resume run/",
                   .positional = "measurement",
                   .aliases = {{"chains", "solver.chains"},
                               {"evaluations", "solver.evaluations"}}}},
      plan_solve, run_solve, text_solve);
}

}  // namespace sgilo
