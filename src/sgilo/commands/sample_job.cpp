// Draws from a generator or from a layer's score network.
#include "sgilo/commands/frechet_result.h"
#include "sgilo/commands/job.h"
#include "sgilo/workflows/sample.h"

namespace sgilo {
namespace {

Json run_sample(const SampleOptions& options, Observer& observer) {
  const SampleResult result = sample(options, observer);
  if (!result.finished) return {{"finished", false}};
  Json json{{"finished", true}, {"output", options.output}, {"count", options.count}};
  add_frechet(json, result, options.frechet_images);
  return json;
}

std::string text_sample(const Json& result) {
  if (!finished(result)) return "interrupted, nothing is written\n";
  std::string out =
      concat(result.value("output", ""), ": ", result.value("count", 0), " samples\n");
  if (result.contains("frechet")) {
    const Json& frechet = result["frechet"];
    out += concat("Frechet distance ", number_text(frechet.value("distance", 0.0), 4), " over ",
                  frechet.value("images", 0), " images ", frechet_scale(frechet), "\n");
  }
  return out;
}

}  // namespace

Job sample_job() {
  return make_job<SampleOptions>(
      {.name = "sample",
       .help = "draws from the generator or from a layer's score network",
       .command = {.example = "sgilo sample --model models/portraits64 --layer 2 --count 16 -o "
                              "grid.png",
                   .output = OutputKind::file}},
      plan, run_sample, text_sample);
}

}  // namespace sgilo
