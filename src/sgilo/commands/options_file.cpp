#include "sgilo/commands/options_file.h"

#include <filesystem>

#include "sgilo/core/parse_json.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/standard_stream.h"
#include "sgilo/runs/old_config.h"

namespace sgilo {

namespace {

Json options_in(const std::string& text, const std::string& file) {
  const Json json = parse_json(text, is_standard_stream(file) ? "stdin" : file);
  if (!json.is_object())
    throw ConfigError(concat(file, " must hold an object of options, but holds ", json.dump()));
  return upgraded_config(json);
}

// What a run goes on with are files and folders: its configuration may come from elsewhere, and whom
// it sends to a pipe, stdin or a device would wait there for ever.
void require_files(const Json& value, const std::filesystem::path& config) {
  if (value.is_structured())
    for (const Json& each : value) require_files(each, config);
  if (!value.is_string()) return;
  const std::filesystem::path path = value.get<std::string>();
  std::error_code none;
  if (is_standard_stream(path) || std::filesystem::is_other(path, none))
    throw format_error(config, concat("names ", path.string(),
                                      ", which is no file; a run goes on from files alone"));
}

}  // namespace

Json read_options(const std::string& file) {
  return options_in(read_file(file, JsonLimits().bytes), file);
}

Json options_of_run(const std::string& folder) {
  const auto config = std::filesystem::path(folder) / "config.json";
  std::error_code none;
  if (!std::filesystem::exists(config, none))
    throw ConfigError(concat(folder, " holds no run that could be resumed"));
  Json options =
      options_in(Folder(folder).read("config.json", JsonLimits().bytes), config.string());
  options["output"] = folder;
  require_files(options, config);
  return options;
}

}  // namespace sgilo
