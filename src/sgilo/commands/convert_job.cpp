// Weights of any format to safetensors.
#include "sgilo/commands/job.h"
#include "sgilo/workflows/convert.h"

namespace sgilo {
namespace {

Json run_convert(const ConvertOptions& options, Observer& observer) {
  const ConvertResult result = convert(options, observer);
  if (!result.finished) return {{"finished", false}};
  return {{"finished", true},
          {"output", options.output},
          {"kind", result.kind},
          {"tensors", result.tensors}};
}

std::string text_convert(const Json& result) {
  if (!finished(result)) return "interrupted, nothing is written\n";
  return concat(result.value("output", ""), ": ", result.value("tensors", 0), " tensors (",
                result.value("kind", ""), ")\n");
}

}  // namespace

Job convert_job() {
  return make_job<ConvertOptions>(
      {.name = "convert",
       .help = "brings weights of any format to safetensors, or a generator to a model folder",
       .command = {.example = "sgilo convert ffhq.pkl -o ffhq.safetensors",
                   .positional = "input",
                   .aliases = {{"inert", "checkpoint.pickle.inert"}},
                   .output = OutputKind::either}},
      plan, run_convert, text_convert);
}

}  // namespace sgilo
