// The main job on the model that comes with the program.
#include "sgilo/commands/job.h"
#include "sgilo/commands/rows.h"
#include "sgilo/workflows/demo.h"

namespace sgilo {
namespace {

Json run_demo(const DemoOptions& options, Observer& observer) {
  const DemoResult result = demo(options, observer);
  if (result.picture.empty()) return {{"finished", false}};
  return {{"finished", true},
          {"picture", result.picture.string()},
          {"page", (result.picture.parent_path() / "index.html").string()},
          {"rows", rows_of(result.table, {"task", "method", "estimate"})},
          {"csv", result.table.csv()}};
}

std::string text_demo(const Json& result) {
  if (!finished(result)) return "interrupted; the same command goes on\n";
  return concat(table_of_rows(result["rows"]).text(), "\n", result.value("picture", ""), "\n",
                result.value("page", ""), "\n");
}

}  // namespace

Job demo_job() {
  return make_job<DemoOptions>(
      {.name = "demo",
       .help = "damages two portraits and restores them with CSGM, ILO and SGILO: one picture",
       .command = {.example = "sgilo demo -o demo/"}},
      plan, run_demo, text_demo);
}

}  // namespace sgilo
