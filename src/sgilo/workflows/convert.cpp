#include "sgilo/workflows/convert.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sgilo/checkpoint/cfl.h"
#include "sgilo/checkpoint/finite_numbers.h"
#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/new_folder.h"
#include "sgilo/files/sha256.h"
#include "sgilo/files/writable.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/generator/stylegan2_generator.h"
#include "sgilo/machine/stopwatch.h"
#include "sgilo/models/model_parts.h"
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
  std::string sha256;  // of what was read
  Form form;
  std::string prefix;      // of the tensors to take
  bool generator = false;  // they are one
};

// Files of moderate size are read once, so that what is hashed is what is converted; larger ones a
// tensor at a time, and once more for their hash.
constexpr std::uint64_t kReadWhole = std::uint64_t{1} << 30;

Checkpoint open_input(const ConvertOptions& o, std::string& sha256) {
  if (is_cfl(o.input) || file_bytes(o.input)->size() > kReadWhole) {
    sha256 = sha256_of_file(is_cfl(o.input) ? cfl_data(o.input) : fs::path(o.input));
    return open_checkpoint(o.input, o.checkpoint);
  }
  const HashedFile file = read_hashed(o.input);
  sha256 = file.sha256;
  return open_checkpoint(file.bytes, o.input, o.checkpoint);
}

// The generator of a part: its tensors begin there, or all of the part's do behind one more word.
std::optional<std::string> generator_behind(const Checkpoint& checkpoint, const std::string& part) {
  if (holds_generator(checkpoint, part)) return part;
  std::optional<std::string> found;
  for (const std::string& prefix : generator_prefixes(checkpoint))
    if (prefix.starts_with(part)) {
      if (found) return std::nullopt;
      found = prefix;
    }
  for (auto it = checkpoint.tensors.lower_bound(part);
       found && it != checkpoint.tensors.end() && it->first.starts_with(part); ++it)
    if (!it->first.starts_with(*found)) return std::nullopt;
  return found;
}

Work work_of(const ConvertOptions& o) {
  if (o.input.empty()) throw ConfigError("input must be named");
  if (o.output.empty()) throw ConfigError("output must be named");
  require_other_file(o.output, {o.input});
  Work work{{}, {}, form_of(o.output), o.part, false};
  if (work.form == Form::folder)
    require_new_folder(o.output);
  else
    require_writable_file(o.output);
  // A measurement is what its header says: operator, noise, images. Tensors alone are none.
  require_kind(o.input, "convert takes a file of weights or arrays",
               {FileKind::weights, FileKind::safetensors, FileKind::array});
  work.checkpoint = open_input(o, work.sha256);
  if (o.part.empty()) {
    const auto found = generator_prefix(work.checkpoint);
    work.generator = found.has_value();
    work.prefix = found.value_or("");
  } else {
    if (!work.prefix.ends_with('.')) work.prefix += '.';
    if (const auto behind = generator_behind(work.checkpoint, work.prefix)) {
      work.prefix = *behind;
      work.generator = true;
    }
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
std::map<std::string, std::string> provenance(const ConvertOptions& options, const Work& work) {
  return {{"source", fs::path(options.input).filename().string()}, {"source_sha256", work.sha256}};
}

bool is_array_format(const std::string& format) {
  return format == "npy" || format == "npz" || format.starts_with("cfl");
}

void write_file(const std::string& output, Form form, const StateDict& tensors,
                const std::map<std::string, std::string>& metadata) {
  if (form == Form::npz)
    write_npz(output, tensors);
  else
    write_safetensors(output, tensors, metadata);
}

// Passes all on, and says every 20 seconds how far it is: where stderr is no terminal, steps are
// not shown.
class SpokenProgress : public Observer {
 public:
  explicit SpokenProgress(Observer& to) : to_(to) {}
  void on_step(const StepReport& report) override {
    to_.on_step(report);
    const double now = watch_.seconds();
    if (now - said_ < 20) return;
    said_ = now;
    to_.on_message(concat(report.step, " of ", report.steps, " images, about ",
                          std::lround(now * static_cast<double>(report.steps - report.step) /
                                      static_cast<double>(std::max<std::int64_t>(1, report.step))),
                          " s to go; interrupted, nothing is kept"));
  }
  void on_warning(std::string_view text) override { to_.on_warning(text); }
  void on_message(std::string_view text) override { to_.on_message(text); }
  bool stop_requested() override { return to_.stop_requested(); }

 private:
  Observer& to_;
  Stopwatch watch_;
  double said_ = 0;
};

// A model folder that solve takes: the generator, coordinates from random images, a style prior.
// Nothing is written and false returned when the observer asks to stop.
bool write_model(const ConvertOptions& options, const GeneratorFile& file,
                 const std::map<std::string, std::string>& origin, Observer& observer) {
  if (const std::int64_t classes = file.network->mapping->options.classes; classes > 0)
    throw ConfigError(concat(options.input, ": the generator has ", classes,
                             " classes, which a model folder does not know; convert it to a file "
                             "and name a class in generate"));
  if (const std::int64_t channels = file.network->synthesis->options.channels; channels != 3)
    throw ConfigError(
        concat(options.input, ": the generator's images have ", channels,
               " channel(s), but a model folder is of images of 3; convert it to a file "
               "and run it with generate"));
  NewFolder folder(options.output);
  const RandomStreams streams(static_cast<std::uint64_t>(options.seed));
  observer.on_message(
      concat("estimating coordinates from ", options.coordinate_samples, " random images"));
  SpokenProgress progress(observer);
  const auto coordinates = estimate_coordinates(file.network, options.coordinate_samples,
                                                streams.child("coordinates"), progress);
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
  std::map<std::string, std::string> metadata = provenance(options, work);
  for (const std::string& warning : work.checkpoint.warnings()) observer.on_warning(warning);
  if (!work.generator) {
    metadata["kind"] = "tensors";
    const StateDict state = work.checkpoint.state(work.prefix);
    if (!is_array_format(work.checkpoint.format))  // weights; arrays may be anything
      require_finite_numbers(state, options.input, work.prefix);
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
