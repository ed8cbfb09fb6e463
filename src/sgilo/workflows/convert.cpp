#include "sgilo/workflows/convert.h"

#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/escape.h"
#include "sgilo/files/new_folder.h"
#include "sgilo/files/sha256.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/generator/stylegan2_generator.h"
#include "sgilo/models/model_folder.h"
#include "sgilo/report/table.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

enum class Form { safetensors, npz, folder };

Form form_of(const std::string& output) {
  if (output.ends_with(".safetensors")) return Form::safetensors;
  if (output.ends_with(".npz")) return Form::npz;
  if (fs::path(output).extension().empty() && output != "-") return Form::folder;
  throw ConfigError(
      concat("output must end in .safetensors or .npz, or name a folder (with / at "
             "its end when its name has a dot), but is ",
             output));
}

// What is to be done, after every check that needs no computation.
struct Work {
  Checkpoint checkpoint;
  Form form;
  std::string prefix;      // of the tensors to take
  bool generator = false;  // they are one
};

Work work_of(const ConvertOptions& o) {
  if (o.input.empty()) throw ConfigError("input must be named");
  if (o.output.empty()) throw ConfigError("output must be named");
  require_other_file(o.output, {o.input});
  Work work{{}, form_of(o.output), o.part, false};
  if (work.form == Form::folder)
    require_new_folder(o.output);
  else
    require_folder_of(o.output);
  work.checkpoint = open_checkpoint(o.input, o.checkpoint);
  if (o.part.empty()) {
    const auto found = generator_prefix(work.checkpoint);
    work.generator = found.has_value();
    work.prefix = found.value_or("");
  } else {
    if (!work.prefix.ends_with('.')) work.prefix += '.';
    work.generator = holds_generator(work.checkpoint, work.prefix);
  }
  const auto first = work.checkpoint.tensors.lower_bound(work.prefix);
  if (first == work.checkpoint.tensors.end() || !first->first.starts_with(work.prefix))
    throw ConfigError(concat(o.input, ": ",
                             o.part.empty()
                                 ? std::string("it holds no tensor")
                                 : concat("no tensor's name starts with '", work.prefix, "'")));
  if (work.form == Form::folder && !work.generator)
    throw ConfigError(concat(o.output, ": a folder is the model of a generator, but ", o.input,
                             o.part.empty() ? "" : concat(" has in '", o.part, "'"),
                             " none; name a file that ends in .safetensors or .npz"));
  return work;
}

// Where it came from, for the header of what is written.
std::map<std::string, std::string> provenance(const ConvertOptions& options) {
  return {{"source", fs::path(options.input).filename().string()},
          {"source_sha256", sha256_of_file(numbers_file(options.input))}};
}

void write_file(const std::string& output, Form form, const StateDict& tensors,
                const std::map<std::string, std::string>& metadata) {
  if (form == Form::npz)
    write_npz(output, tensors);
  else
    write_safetensors(output, tensors, metadata);
}

// A model folder that solve takes: the generator, coordinates from random images, a style prior.
// Nothing is written and false returned when the observer asks to stop.
bool write_model(const ConvertOptions& options, const GeneratorFile& file,
                 const std::map<std::string, std::string>& origin, Observer& observer) {
  if (const std::int64_t classes = file.network->mapping->options.classes; classes > 0)
    throw ConfigError(concat(options.input, ": the generator has ", classes,
                             " classes, which a model folder does not know; convert it to a file "
                             "and name a class in generate"));
  NewFolder folder(options.output);
  const RandomStreams streams(static_cast<std::uint64_t>(options.seed));
  observer.on_message(
      concat("estimating coordinates from ", options.coordinate_samples, " random images"));
  const auto coordinates = estimate_coordinates(file.network, options.coordinate_samples,
                                                streams.child("coordinates"), observer);
  if (!coordinates) return false;
  const auto& o = file.network->synthesis->options;
  Json facts = origin;
  facts["clamp"] = o.clamp;
  write_model_part(folder.path(), "generator", state_of(*file.network), facts, false);
  write_model_part(folder.path(), "coordinates", coordinates->state(), Json::object(), false);
  write_model_part(folder.path(), "style_prior",
                   StylePrior::isotropic(o.style_rows(), o.w_dim, 0.5).state(), Json::object(),
                   false);
  folder.commit();
  return true;
}

}  // namespace

std::string plan(const ConvertOptions& options) {
  const Work work = work_of(options);
  return concat("would read ", options.input, " (", work.checkpoint.format, ", ",
                work.generator ? concat("generator in '", work.prefix, "'")
                               : concat(work.checkpoint.tensors.size(), " tensors"),
                ") and write ", options.output, "\n");
}

ConvertResult convert(const ConvertOptions& options, Observer& observer) {
  const Work work = work_of(options);
  for (const std::string& note : work.checkpoint.notes)
    observer.on_warning(escaped(concat(options.input, ": ", note)));
  std::map<std::string, std::string> metadata = provenance(options);
  if (!work.generator) {
    metadata["kind"] = "tensors";
    const StateDict state = work.checkpoint.state(work.prefix);
    if (observer.stop_requested()) return {"tensors", state.size(), false};
    write_file(options.output, work.form, state, metadata);
    return {"tensors", state.size(), true};
  }
  const GeneratorFile file = generator_of(work.checkpoint, work.prefix);
  StateDict state = state_of(*file.network);
  ConvertResult result{"stylegan2", state.size(), true};
  if (work.form == Form::folder) {
    result.finished = write_model(options, file, metadata, observer);
    return result;
  }
  const double clamp = file.network->synthesis->options.clamp;
  metadata.insert({{"kind", "stylegan2"},
                   {"layout", file.layout},
                   {"part", file.prefix},
                   {kClamp, number_text(clamp, 17)}});
  if (work.form == Form::npz && clamp > 0) state[kClamp] = torch::tensor(clamp, torch::kFloat64);
  result.finished = !observer.stop_requested();
  if (result.finished) write_file(options.output, work.form, state, metadata);
  return result;
}

}  // namespace sgilo
