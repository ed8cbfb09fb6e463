#include "sgilo/training/training_folder.h"

#include <cmath>
#include <utility>

#include "sgilo/checkpoint/finite_numbers.h"
#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "state.safetensors";
constexpr const char* kFormat = "sgilo training 3";
constexpr const char* kEarlierFormat = "sgilo training 2";
constexpr double kMostSteps = 1e12, kMostSeconds = 1e12;

// What the state's header says, before any tensor is read.
struct Header {
  Checkpoint checkpoint;
  Json course;
  std::int64_t step = 0;
  double seconds = 0;
};

std::string entry(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.values.find(name);
  return found == checkpoint.values.end() ? "" : found->second.get<std::string>();
}

void require_format(const Checkpoint& checkpoint) {
  const std::string format = entry(checkpoint, "format");
  if (format == kFormat) return;
  if (format == kEarlierFormat || (format.empty() && checkpoint.values.contains("counters")))
    throw format_error(checkpoint.path,
                       "was written by an older version of sgilo, whose training states are not "
                       "read; start anew in another folder, or name this one with --warm-start "
                       "(train generator) to begin with its weights");
  throw format_error(checkpoint.path,
                     concat("\"format\" must be \"", kFormat, "\", but is ",
                            format.empty() ? "missing" : concat("'", escaped(format), "'")));
}

double number(const fs::path& path, const Json& progress, const char* name, double most) {
  const Json value = progress.is_object() ? progress.value(name, Json()) : Json();
  if (!value.is_number() || !(value.get<double>() >= 0) || value.get<double>() > most)
    throw format_error(path, concat("'", name, "' must be a number from 0 to ", most, ", but is ",
                                    escaped(value.dump().substr(0, 60))));
  return value.get<double>();
}

Header read_header(const fs::path& path) {
  Header header;
  header.checkpoint.path = path;
  read_safetensors_entries(file_bytes(path), header.checkpoint);
  require_format(header.checkpoint);
  const auto json = [&](const char* name) {
    return parse_json(entry(header.checkpoint, name), concat(path.string(), ": '", name, "'"));
  };
  header.course = json("course");
  const Json progress = json("progress");
  const double step = number(path, progress, "step", kMostSteps);
  if (step != std::floor(step))
    throw format_error(path, concat("'step' must be a whole number, but is ", step));
  header.step = static_cast<std::int64_t>(step);
  header.seconds = number(path, progress, "seconds", kMostSeconds);
  return header;
}

std::string shown(const Json& value) {
  const std::string text = value.is_null() ? "none" : value.dump(-1, ' ', true);
  return escaped(text.size() > 60 ? text.substr(0, 60) + "..." : text);
}

// The first place where the training of a state is another one than what is asked for.
void require_same(const fs::path& folder, const Json& was, const Json& asked,
                  const std::string& place) {
  if (asked.is_null()) return;
  if (was.is_object() && asked.is_object()) {
    for (const auto& item : asked.items())
      require_same(folder, was.value(item.key(), Json()), item.value(),
                   place.empty() ? item.key() : concat(place, ".", item.key()));
    return;
  }
  if (was != asked)
    throw ConfigError(concat(folder.string(), ": holds a training with ", place, " ", shown(was),
                             ", which cannot go on with ", shown(asked),
                             "; ask for the same, or name another folder with --state"));
}

void require_course(const fs::path& folder, const Json& was, const Json& asked) {
  if (!was.is_object())
    throw format_error(folder / kFile, "'course' must be an object of options, but is not");
  require_same(folder, was, asked, "");
}

void require_like(const Checkpoint& found, const StateDict& like) {
  for (const auto& [name, tensor] : like) {
    const auto entry = found.tensors.find(name);
    if (entry == found.tensors.end())
      throw format_error(found.path, concat("tensor '", name, "' is missing"));
    if (entry->second.type != tensor.scalar_type() || entry->second.sizes != tensor.sizes().vec())
      throw format_error(
          found.path, concat("tensor '", name, "' must be of type ", tensor.scalar_type(),
                             " and shape ", shape_text(tensor.sizes()), ", but is of type ",
                             entry->second.type, " and shape ", shape_text(entry->second.sizes)));
  }
  for (const auto& [name, entry] : found.tensors)
    if (!like.contains(name))
      throw format_error(
          found.path, concat("tensor '", escaped(name), "' belongs to no part of this training"));
}

}  // namespace

TrainingFolder::TrainingFolder(const fs::path& path, Json course)
    : files_(Folder::made(path)), lock_(files_), course_(std::move(course)) {
  files_.require_plain_files();
}

std::optional<TrainingState> TrainingFolder::load(const StateDict& like) {
  if (!files_.holds(kFile)) return std::nullopt;
  const fs::path path = files_ / kFile;
  const Header header = read_header(path);
  require_course(files_.path(), header.course, course_);
  require_like(header.checkpoint, like);
  StateDict tensors =
      read_sealed(path, kFormat, "", "start anew in another folder, named with --state").tensors;
  require_finite_numbers(tensors, path);
  course_ = header.course;
  return TrainingState{std::move(tensors), header.step, header.seconds};
}

void TrainingFolder::save(const TrainingState& state) const {
  const fs::path path = files_ / kFile;
  for (const auto& [name, tensor] : state.tensors)
    require_finite(
        concat(path.string(), ": step ", state.step, " is not saved: tensor '", name, "'"), tensor);
  const Json progress = {{"step", state.step}, {"seconds", state.seconds}};
  write_sealed(path, state.tensors,
               {{"format", kFormat}, {"course", course_.dump()}, {"progress", progress.dump()}});
}

std::int64_t saved_step(const fs::path& folder, const Json& course) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return 0;
  const Folder files(folder);
  if (!files.holds(kFile)) return 0;
  const Header header = read_header(files / kFile);
  require_course(folder, header.course, course);
  return header.step;
}

}  // namespace sgilo
