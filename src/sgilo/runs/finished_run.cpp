#include "sgilo/runs/finished_run.h"

#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/core/escape.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/folder.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnsealedFormat = "sgilo draws 1";

const Json& entry(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (!json.is_object() || found == json.end())
    throw FormatError(concat("entry '", key, "' is missing"));
  return *found;
}

template <class T>
T value_in(const Json& json, const char* key) {
  T value{};
  value_from_json(entry(json, key), value, key, concat("entry '", key, "'"));
  return value;
}

std::string text_or_none(const Json& json, const char* key) {
  return json.contains(key) ? value_in<std::string>(json, key) : std::string();
}

const Json& list_in(const Json& json, const char* key) {
  const Json& list = entry(json, key);
  if (!list.is_array()) throw FormatError(concat("entry '", key, "' must be a list"));
  return list;
}

void read_images(FinishedRun& run) {
  for (const Json& image : list_in(run.manifest, "images")) {
    run.images.push_back(value_in<std::string>(image, "name"));
    if (!is_plain_name(run.images.back()) || !is_printable(run.images.back()))
      throw FormatError(concat("entry 'images': '", run.images.back(), "' cannot name an image"));
    run.framings.emplace_back();
    from_json(entry(image, "framing"), run.framings.back(), "framing.");
  }
  if (run.images.empty()) throw FormatError("entry 'images' must name an image");
}

void read_failures(FinishedRun& run, std::int64_t chains) {
  run.healthy.assign(run.images.size(), std::vector<bool>(static_cast<std::size_t>(chains), true));
  for (const Json& failure : list_in(run.manifest, "failures")) {
    const auto image = value_in<std::string>(failure, "image");
    const auto chain = value_in<std::int64_t>(failure, "chain");
    const auto found = std::find(run.images.begin(), run.images.end(), image);
    if (found == run.images.end() || chain < 1 || chain > chains)
      throw FormatError("entry 'failures' names a chain that the run does not have");
    run.healthy[static_cast<std::size_t>(found - run.images.begin())]
               [static_cast<std::size_t>(chain - 1)] = false;
  }
}

// Images of one shape, [C, H, W], by image and by chain.
void require_draws(const StateDict& draws, std::int64_t images) {
  for (const char* name : {"mean", "best", "last"})
    if (!require_tensor(draws, name).is_floating_point())
      throw FormatError(concat("tensor '", name, "' must hold floating-point numbers"));
  const Tensor& last = draws.at("last");
  require_shape("tensor 'last'", last, {images, -1, -1, -1, -1});
  for (const char* name : {"mean", "best"})
    require_shape(concat("tensor '", name, "'"), draws.at(name),
                  {images, last.size(2), last.size(3), last.size(4)});
  if (last.numel() == 0) throw FormatError("tensor 'last' must hold an image");
}

template <class Read>
void naming(const fs::path& path, const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    const std::string text = error.what(), place = path.string() + ": ";
    throw FormatError(text.starts_with(place) ? text : place + text);
  }
}

}  // namespace

StateDict read_draws(const fs::path& folder, const std::string& run) {
  const fs::path path = folder / kDrawsFile;
  const SafetensorsFile file = read_safetensors(path);
  const auto format = file.metadata.find("format");
  if (run.empty() && (format == file.metadata.end() || format->second == kUnsealedFormat))
    return file.tensors;  // of an earlier version
  return read_sealed(path, kDrawsFormat, run, "replace the run with --force").tensors;
}

FinishedRun read_finished_run(const fs::path& folder) {
  Folder(folder).require_plain_files();
  const fs::path manifest = folder / "manifest.json";
  FinishedRun run;
  run.manifest = read_json_file(manifest);
  std::string identity;
  naming(manifest, [&] {
    if (value_in<std::string>(run.manifest, "status") != "finished")
      throw FormatError("is not of a finished run");
    run.observed = value_in<bool>(run.manifest, "observed");
    run.measurement_hash = text_or_none(run.manifest, "measurement_hash");
    identity = text_or_none(run.manifest, "run");
    read_images(run);
  });
  run.draws = read_draws(folder, identity);
  naming(folder / kDrawsFile,
         [&] { require_draws(run.draws, static_cast<std::int64_t>(run.images.size())); });
  naming(manifest, [&] { read_failures(run, run.draws.at("last").size(1)); });
  return run;
}

}  // namespace sgilo
