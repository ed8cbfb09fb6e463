// sgilo demo: the main job on the model that comes with the program.
#include "sgilo/cli/verb.h"
#include "sgilo/workflows/demo.h"

namespace sgilo {
namespace {

Outcome act(const DemoOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  Outcome out;
  const DemoResult result = demo(options, *console.observer);
  if (result.picture.empty()) {
    out.text = "interrupted\n";
    out.code = kInterrupted;
    return out;
  }
  out.text = concat(result.table.text(), "\n", result.picture.string(), "\n",
                    (result.picture.parent_path() / "index.html").string(), "\n");
  out.json = {{"picture", result.picture.string()}, {"csv", result.table.csv()}};
  return out;
}

}  // namespace

Verb demo_verb() {
  return make_verb<DemoOptions>(
      {"demo", "damages two portraits and restores them with CSGM, ILO and SGILO: one picture",
       "sgilo demo -o demo/"},
      act);
}

}  // namespace sgilo
