#include "sgilo/models/model_description.h"

#include <cerrno>

#include "sgilo/core/parse_json.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/sha256.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kLargestDescription = 1 << 20;  // bytes

// A JSON value in a sentence.
std::string found_text(const Json& value) {
  if (value.is_null()) return "missing";
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() <= 60 ? text : text.substr(0, 60) + "...";
}

bool is_sha256(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

void check_part(const std::filesystem::path& folder, const std::string& name, const Json& part) {
  const std::string place = concat("parts.", name);
  const auto wrong = [&](const std::string& field, std::string_view accepted, const Json& found) {
    return wrong_entry(folder, place + field, accepted, found);
  };
  if (!part.is_object()) throw wrong("", "an object", part);
  const Json sha256 = part.value("sha256", Json());
  if (!is_sha256(sha256)) throw wrong(".sha256", "a SHA-256 of 64 digits", sha256);
  if (part.contains("generator") && !is_sha256(part["generator"]))
    throw wrong(".generator", "a SHA-256 of 64 digits", part["generator"]);
  if (part.contains("clamp") && !(part["clamp"].is_number() && part["clamp"].get<double>() >= 0))
    throw wrong(".clamp", "a number of at least 0", part["clamp"]);
  if (part.contains("options") && !part["options"].is_object())
    throw wrong(".options", "an object", part["options"]);
}

void check_description(const std::filesystem::path& folder, const Json& json) {
  const std::string accepted = concat("\"", kModelFormat, "\"");
  if (!json.is_object()) throw wrong_entry(folder, "format", accepted, Json());
  const Json format = json.value("format", Json());
  if (format != kModelFormat) throw wrong_entry(folder, "format", accepted, format);
  if (json.contains("name") && !json["name"].is_string())
    throw wrong_entry(folder, "name", "a text", json["name"]);
  const Json parts = json.value("parts", Json());
  if (!parts.is_object())
    throw wrong_entry(folder, "parts", "an object of the model's parts", parts);
  for (const auto& [name, part] : parts.items()) check_part(folder, name, part);
}

}  // namespace

std::filesystem::path description_file(const std::filesystem::path& folder) {
  return folder / "model.json";
}

std::filesystem::path located_model(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code problem;
  if (folder.is_absolute() || fs::exists(folder, problem)) return folder;
  fs::path place = fs::read_symlink("/proc/self/exe", problem).parent_path();
  for (int level = 0; level < 4 && !problem; ++level, place = place.parent_path())
    if (fs::exists(description_file(place / folder))) return place / folder;
  return folder;
}

std::string hash_of_description(const Json& description) {
  std::string all;
  for (const auto& part : description["parts"].items()) all += part.value().value("sha256", "");
  return sha256_of(all);
}

FormatError wrong_entry(const std::filesystem::path& folder, const std::string& field,
                        std::string_view accepted, const Json& found) {
  return format_error(description_file(folder),
                      concat(Json(field).dump(-1, ' ', true, Json::error_handler_t::replace),
                             " must be ", accepted, ", but is ", found_text(found)));
}

Json read_description(const std::filesystem::path& folder) {
  const auto path = description_file(folder);
  std::error_code problem;
  if (!std::filesystem::exists(folder, problem) && !problem)
    throw FormatError(concat(folder.string(), ": there is no such model folder"));
  require_kind(folder, "a model is a folder with model.json, as convert makes one",
               {FileKind::folder, FileKind::model_folder});
  if (!std::filesystem::is_directory(folder, problem))
    throw format_error(
        folder, concat("is no model folder: ", file_problem(problem ? problem.value() : ENOTDIR)));
  const Folder inside(folder);
  const std::string name = path.filename().string();
  if (!inside.holds(name))
    throw FormatError(concat(folder.string(), ": is no model folder, model.json is missing"));
  const Json json = parse_json(inside.read(name, kLargestDescription), path.string());
  check_description(folder, json);
  return json;
}

}  // namespace sgilo
