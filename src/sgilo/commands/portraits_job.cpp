// Procedural portraits.
#include "sgilo/commands/job.h"
#include "sgilo/workflows/portrait_data.h"

namespace sgilo {
namespace {

Json run_portraits(const PortraitDataOptions& options, Observer& observer) {
  const std::int64_t written = write_portraits(options, observer);
  return {{"finished", written == options.count},
          {"output", options.output},
          {"count", written},
          {"asked_for", options.count}};
}

std::string text_portraits(const Json& result) {
  const std::string written = concat(result.value("output", ""), ": ", result.value("count", 0));
  if (finished(result)) return concat(written, " portraits\n");
  return concat(written, " of ", result.value("asked_for", 0), " portraits, interrupted\n");
}

}  // namespace

Job portraits_job() {
  return make_job<PortraitDataOptions>(
      {.name = "data portraits",
       .help = "renders procedural portraits with their attributes",
       .command = {.example = "sgilo data portraits --split test --start 0 --count 16 --size 64 -o "
                              "images/"}},
      plan, run_portraits, text_portraits);
}

}  // namespace sgilo
