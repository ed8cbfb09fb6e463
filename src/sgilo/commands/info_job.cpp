// What is in a file or a model folder; without one, what this program is and runs on.
#include "sgilo/commands/job.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/machine/system_info.h"
#include "sgilo/models/model_description.h"
#include "sgilo/workflows/inspect.h"
#include "sgilo/workflows/inspect_model.h"

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
        std::tuple{field("file", &O::file,
                         "file of weights, or a model folder (empty: this program itself)"),
                   field("rows", &O::rows, "tensors to list (0: all)", non_negative<std::int64_t>),
                   field("trust", &O::trust,
                         "load a module of TorchScript with libtorch, which runs its code"),
                   field("checkpoint", &O::checkpoint, "limits of the file")},
        common_fields());
  }
};

std::string plan(const InfoOptions& options) {
  return options.file.empty() ? "would say what this program runs on\n"
                              : concat("would say what is in ", options.file, "\n");
}

Json run_info(const InfoOptions& options, Observer&) {
  if (options.file.empty()) return to_json(system_info());
  const std::filesystem::path model = located_model(options.file);
  if (file_kind(model) == FileKind::model_folder) return to_json(inspect_model(model));
  Json result = to_json(inspect(options.file, options.checkpoint, options.trust));
  result["rows"] = options.rows;  // of its text
  return result;
}

std::string text_info(const Json& result) {
  if (result.contains("parts")) return model_text(result);
  if (result.contains("tensors")) return text(result, result.value("rows", std::int64_t{0}));
  SystemInfo info;
  from_json(result, info);
  return text(info);
}

}  // namespace

Job info_job() {
  return make_job<InfoOptions>(
      {.name = "info",
       .help = "what is in a file of weights or a model folder; without one, what this program is "
               "and runs on",
       .command = {.example = "sgilo info ffhq.pkl",
                   .positional = "file",
                   .aliases = {{"inert", "checkpoint.pickle.inert"}},
                   .stops_itself = false}},
      plan, run_info, text_info);
}

}  // namespace sgilo
