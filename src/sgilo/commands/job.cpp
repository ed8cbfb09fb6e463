#include "sgilo/commands/job.h"

#include <filesystem>

#include "sgilo/files/output_name.h"
#include "sgilo/files/writable.h"
#include "sgilo/machine/system_info.h"

namespace sgilo {

void prepare_machine(const CommonOptions& options, Observer& observer) {
  device_of(options.device);
  set_threads(options.threads);
  keep_freed_memory();
  for (const std::string& warning : blas_warnings()) observer.on_warning(warning);
}

namespace {

// Whether the output is one that is made with the folders above it.
bool is_folder(const CommandWords& command, const std::string& output) {
  namespace fs = std::filesystem;
  if (command.output != OutputKind::either || output == "-")
    return command.output == OutputKind::folder;
  std::error_code neither;
  return fs::is_directory(output, neither) ||
         (!fs::exists(output, neither) && fs::path(output).extension().empty());
}

}  // namespace

void require_output(const CommandWords& command, const Json& given, const Json& options) {
  if (given.is_object() && given.value("output", Json()) == "")
    throw ConfigError("output must name a file or folder, but is empty");
  const std::string output = options.value("output", "");
  if (output.empty()) return;
  if (output == "-" && command.output == OutputKind::folder)
    throw ConfigError("output must name a folder, but is '-' (stdout)");
  if (is_folder(command, output)) {
    require_folder_name("output", output);
    require_writable_folder(output);
  } else {
    require_writable_file(output);
  }
}

}  // namespace sgilo
