// Images to latents.
#include "sgilo/commands/job.h"
#include "sgilo/report/table.h"
#include "sgilo/workflows/invert.h"

namespace sgilo {
namespace {

Json run_invert(const InvertOptions& options, Observer& observer) {
  const InvertResult result = invert(options, observer);
  return {{"finished", result.finished},
          {"output", options.output},
          {"images", result.images},
          {"residual", result.residual}};
}

std::string text_invert(const Json& result) {
  std::string out = concat(result.value("output", ""), ": ", result.value("images", 0),
                           " inversions, residual (root mean square)");
  const Json& residual = result["residual"];
  for (std::size_t stage = 0; stage < residual.size(); ++stage)
    out += concat(stage ? ", layer " : " styles ", stage ? concat(stage, " ") : "",
                  number_text(residual[stage].get<double>(), 3));
  return out + (finished(result) ? "\n" : "; interrupted, the same command goes on\n");
}

}  // namespace

Job invert_job() {
  return make_job<InvertOptions>(
      {.name = "invert",
       .help = "inverts images with ILO into latents for the scores; resumable",
       .command = {.example = "sgilo invert images/ --model models/portraits64 -o latents/",
                   .positional = "images"}},
      plan, run_invert, text_invert);
}

}  // namespace sgilo
