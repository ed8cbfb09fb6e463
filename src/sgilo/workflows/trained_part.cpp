#include "sgilo/workflows/trained_part.h"

#include <cmath>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/models/model_parts.h"
#include "sgilo/report/table.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModel = "model.json";
constexpr std::uint64_t kLargestModel = 16 << 20;  // bytes of model.json

Json model_of(const Folder& folder) {
  if (!folder.holds(kModel)) return {};
  const Json json = parse_json(folder.read(kModel, kLargestModel), (folder / kModel).string());
  if (!json.is_object() || !json.contains("parts") || !json["parts"].is_object())
    throw format_error(folder / kModel, "must be an object with \"parts\", but is not");
  for (const auto& part : json["parts"].items()) {
    if (!part.value().is_object())
      throw format_error(folder / kModel, "each of its parts must be an object, but one is not");
    folder / part_file(part.key());  // a plain name, and no link
  }
  return json;
}

bool has_trained(const Json& model, const std::string& part) {
  if (model.is_null() || !model["parts"].contains(part)) return false;
  return part != "style_prior" || model["parts"][part].contains("generator");
}

// The first of <word>_1, <word>_2, ... that the folder does not hold.
fs::path free_name(const Folder& folder, const std::string& word) {
  for (int number = 1;; ++number)
    if (const std::string name = concat(word, "_", number); !folder.holds(name))
      return folder / name;
}

// A second name for the same bytes, which nobody changes: parts are replaced by renaming.
void link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code problem;
  fs::create_hard_link(from, to, problem);
  if (problem) fs::copy_file(from, to, problem);
  if (problem)
    throw Error(concat(to.string(), ": cannot be written: ", file_problem(problem.value())));
}

// Parts of the model that were made for another generator than the new one.
std::vector<std::string> outdated_parts(const Json& model, const Json& fresh) {
  std::vector<std::string> outdated;
  if (model.is_null() || !fresh["parts"].contains("generator")) return outdated;
  for (const auto& part : model["parts"].items())
    if (part.value().contains("generator") &&
        part.value()["generator"] != fresh["parts"]["generator"]["sha256"])
      outdated.push_back(part.key());
  return outdated;
}

// model.json with the new parts in it.
Json joined(const Json& model, const Json& fresh, const std::vector<std::string>& outdated) {
  if (model.is_null()) return fresh;
  Json json = model;
  for (const std::string& part : outdated) json["parts"].erase(part);
  json["parts"].update(fresh["parts"]);
  return json;
}

std::string train_next(const std::vector<std::string>& outdated) {
  if (outdated.empty()) return "";
  std::vector<std::string> verbs;
  for (const std::string& part : outdated)
    verbs.push_back(
        concat("sgilo train score --layer ", part.starts_with("score_") ? part.substr(6) : "0"));
  return concat("; ", join(outdated), outdated.size() == 1 ? " was" : " were",
                " of the earlier generator: to have ", outdated.size() == 1 ? "it" : "them",
                " again, run sgilo invert with this model, then ", join(verbs));
}

std::string compared(const Judgement& j) {
  if (!j.fresh || !j.earlier) return concat("nothing compares them: ", j.problem);
  return concat(j.measure, " ", number_text(*j.fresh, 4), ", of the earlier one ",
                number_text(*j.earlier, 4));
}

// Parts are stored in fp16: what that rounds, 5e-4 of a weight, makes nothing worse.
bool is_worse(const Judgement& j) {
  if (!j.fresh || !j.earlier) return false;
  const double room = 1e-3 * std::abs(*j.earlier);
  return j.lower_is_better ? !(*j.fresh <= *j.earlier + room) : !(*j.fresh >= *j.earlier - room);
}

}  // namespace

void require_replaceable(const fs::path& folder, const std::string& part, bool force) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return;
  if (has_trained(model_of(Folder(folder)), part) && !force)
    throw ConfigError(concat(folder.string(), ": has a part '", part,
                             "' already; --force replaces it by one that is at least as good, or "
                             "name another folder"));
}

TrainedPart::TrainedPart(const fs::path& folder, const std::string& part)
    : files_(Folder::made(folder)),
      lock_(files_),
      part_(part),
      model_(model_of(files_)),
      replaces_(has_trained(model_, part)),
      rejected_(free_name(files_, "rejected")),
      staged_(rejected_) {
  settle_parts(files_, model_);
}

EnteredPart TrainedPart::enter(const Judgement& judgement) {
  Json fresh = model_of(Folder(staging()));
  fresh["name"] = (files_.path() / "").parent_path().filename().string();
  const std::vector<std::string> outdated = outdated_parts(model_, fresh);
  const std::string place = files_.path().string();
  if (replaces_ && is_worse(judgement)) {
    const std::string kept = reject(fresh, outdated);
    return {false, concat(place, ": keeps its ", part_, ", as the new one is worse (",
                          compared(judgement), "); the model with the new one is ", kept)};
  }
  EnteredPart out;
  if (replaces_)
    out.note = concat(place, ": has a new ", part_, " (", compared(judgement),
                      "); the model as it was is ", keep_earlier(), train_next(outdated));
  move_in(fresh, outdated);
  return out;
}

// The staged folder becomes a whole model and stays under its own name.
std::string TrainedPart::reject(const Json& fresh, const std::vector<std::string>& outdated) {
  const Folder staged(staging());
  Json whole = joined(model_, fresh, outdated);
  whole["name"] = rejected_.filename().string();
  for (const auto& part : whole["parts"].items()) {
    const std::string name = part_file(part.key());
    if (!fresh["parts"].contains(part.key()) && files_.holds(name))
      link_or_copy(files_ / name, staged / name);
  }
  staged.write(kModel, whole.dump(2) + "\n");
  staged_.commit();
  return rejected_.string();
}

std::string TrainedPart::keep_earlier() {
  const fs::path target = free_name(files_, "replaced");
  NewFolder kept(target);
  for (const auto& entry : fs::directory_iterator(files_.path()))
    if (entry.is_regular_file() && !entry.is_symlink() &&
        !entry.path().filename().string().starts_with('.'))
      link_or_copy(entry.path(), kept.path() / entry.path().filename());
  const Folder staged(staging());
  for (const std::string& name : staged.names()) {  // folders of which move_in() replaces files
    if (!fs::is_directory(staged / name) || !files_.holds(name)) continue;
    const Folder earlier = files_.folder(name);
    fs::create_directory(kept.path() / name);
    for (const std::string& file : staged.folder(name).names())
      if (earlier.holds(file)) link_or_copy(earlier / file, kept.path() / name / file);
  }
  kept.commit();
  return target.string();
}

void TrainedPart::move_in(const Json& fresh, const std::vector<std::string>& outdated) {
  const Folder staged(staging());
  const Json model = joined(model_, fresh, outdated);
  for (const auto& part : fresh["parts"].items())
    staged.rename(part_file(part.key()), files_, incoming_part_file(part.key()));
  files_.write(kModel, model.dump(2) + "\n");  // from here on it is the new model
  settle_parts(files_, model);
  for (const std::string& part : outdated)
    if (!fresh["parts"].contains(part)) files_.remove(part_file(part));
  move_in_other_files();
}

// Pictures, and folders of what the next training begins with.
void TrainedPart::move_in_other_files() const {
  const Folder staged(staging());
  for (const std::string& name : staged.names()) {
    if (name == kModel) continue;
    if (!fs::is_directory(staged / name)) {
      staged.rename(name, files_, name);
      continue;
    }
    const Folder inner = staged.folder(name), target = files_.made_folder(name);
    for (const std::string& file : inner.names()) inner.rename(file, target, file);
  }
}

}  // namespace sgilo
