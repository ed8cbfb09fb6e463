// sgilo sample, sgilo invert, sgilo data portraits.
#include "sgilo/cli/verb.h"
#include "sgilo/report/table.h"
#include "sgilo/workflows/invert.h"
#include "sgilo/workflows/portrait_data.h"
#include "sgilo/workflows/sample.h"

namespace sgilo {
namespace {

Outcome act_sample(const SampleOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const SampleResult result = sample(options, *console.observer);
  if (!result.finished) return {"interrupted, nothing is written\n", {}, kInterrupted};
  Outcome out{concat(options.output, ": ", options.count, " samples\n"),
              {{"output", options.output}, {"count", options.count}}};
  if (result.frechet >= 0) {
    out.json["frechet"] = {{"images", options.frechet_images},
                           {"distance", result.frechet},
                           {"floor", result.floor},
                           {"ruler", result.ruler}};
    out.text += concat("Frechet distance ", number_text(result.frechet, 4), " over ",
                       options.frechet_images, " images (portraits against portraits ",
                       number_text(result.floor, 3), ", slightly blurred ",
                       number_text(result.ruler, 4), ")\n");
  }
  return out;
}

Outcome act_invert(const InvertOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const InvertResult result = invert(options, *console.observer);
  Outcome out;
  out.json = {
      {"finished", result.finished}, {"images", result.images}, {"residual", result.residual}};
  out.text =
      concat(options.output, ": ", result.images, " inversions, residual (root mean square)");
  for (std::size_t stage = 0; stage < result.residual.size(); ++stage)
    out.text += concat(stage ? ", layer " : " styles ", stage ? concat(stage, " ") : "",
                       number_text(result.residual[stage], 3));
  out.text += result.finished ? "\n" : "; interrupted, the same command goes on\n";
  out.code = result.finished ? 0 : kInterrupted;
  return out;
}

Outcome act_portraits(const PortraitDataOptions& options, Console& console) {
  if (console.dry_run)
    return planned(concat("would write ", options.output, ": ", options.count, " portraits\n"));
  const std::int64_t written = write_portraits(options, *console.observer);
  const bool finished = written == options.count;
  return {concat(options.output, ": ", written, finished ? "" : concat(" of ", options.count),
                 " portraits", finished ? "\n" : ", interrupted\n"),
          {{"output", options.output}, {"count", written}},
          finished ? 0 : kInterrupted};
}

}  // namespace

Verb sample_verb() {
  return make_verb<SampleOptions>(
      {"sample",
       "draws from the generator or from a layer's score network",
       "sgilo sample --model models/portraits64 --layer 2 --count 16 -o grid.png",
       "",
       {},
       false,
       OutputKind::file},
      act_sample);
}

Verb invert_verb() {
  return make_verb<InvertOptions>(
      {"invert", "inverts images with ILO into latents for the scores; resumable",
       "sgilo invert images/ --model models/portraits64 -o latents/", "images"},
      act_invert);
}

Verb portraits_verb() {
  return make_verb<PortraitDataOptions>(
      {"data portraits", "renders procedural portraits with their attributes",
       "sgilo data portraits --split test --start 0 --count 16 --size 64 -o images/", ""},
      act_portraits);
}

}  // namespace sgilo
