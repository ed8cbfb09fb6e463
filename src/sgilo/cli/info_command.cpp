// sgilo info: what is in a file; without one, what this program is and runs on. sgilo convert.
#include "sgilo/cli/verb.h"
#include "sgilo/machine/system_info.h"
#include "sgilo/workflows/convert.h"
#include "sgilo/workflows/inspect.h"

namespace sgilo {
namespace {

struct InfoOptions : CommonOptions {
  std::string file;
  std::int64_t rows = 20;
  bool trust = false;
  CheckpointOptions checkpoint;
  static constexpr auto fields() {
    using O = InfoOptions;
    return std::tuple_cat(
        std::tuple{field("file", &O::file, "file of weights (empty: this program itself)"),
                   field("rows", &O::rows, "tensors to list (0: all)", non_negative<std::int64_t>),
                   field("trust", &O::trust,
                         "load a module of TorchScript with libtorch, which runs its code"),
                   field("checkpoint", &O::checkpoint, "limits of the file")},
        common_fields());
  }
};

Outcome act(const InfoOptions& options, Console&) {
  if (options.file.empty()) {
    const SystemInfo info = system_info();
    return {text(info), to_json(info)};
  }
  const FileReport report = inspect(options.file, options.checkpoint, options.trust);
  return {text(report, options.rows), to_json(report)};
}

Outcome act_convert(const ConvertOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const ConvertResult result = convert(options, *console.observer);
  if (!result.finished) return {"interrupted, nothing is written\n", {}, kInterrupted};
  return {concat(options.output, ": ", result.tensors, " tensors (", result.kind, ")\n"),
          {{"output", options.output}, {"kind", result.kind}, {"tensors", result.tensors}}};
}

}  // namespace

Verb info_verb() {
  return make_verb<InfoOptions>(
      {"info",
       "what is in a file of weights; without a file, what this program is and runs on",
       "sgilo info ffhq.pkl",
       "file",
       {{"inert", "checkpoint.pickle.inert"}},
       false,
       OutputKind::text,
       false},
      act);
}

Verb convert_verb() {
  return make_verb<ConvertOptions>(
      {"convert",
       "brings weights of any format to safetensors, or a generator to a model folder",
       "sgilo convert ffhq.pkl -o ffhq.safetensors",
       "input",
       {{"inert", "checkpoint.pickle.inert"}}},
      act_convert);
}

}  // namespace sgilo
