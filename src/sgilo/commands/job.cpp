#include "sgilo/commands/job.h"

#include <filesystem>

#include "sgilo/files/writable.h"
#include "sgilo/machine/system_info.h"

namespace sgilo {

void prepare_machine(const CommonOptions& options, Observer& observer) {
  device_of(options.device);
  set_threads(options.threads);
  keep_freed_memory();
  for (const std::string& warning : blas_warnings()) observer.on_warning(warning);
}

void require_output(const CommandWords& command, const Json& given, const Json& options) {
  if (given.is_object() && given.value("output", Json()) == "")
    throw ConfigError("output must name a file or folder, but is empty");
  const std::string output = options.value("output", "");
  if (output.empty()) return;
  if (output == "-" && command.output == OutputKind::folder)
    throw ConfigError("output must name a folder, but is '-' (stdout)");
  std::error_code neither;
  const bool made_with_those_above = command.output == OutputKind::folder ||
                                     (command.output == OutputKind::either && output != "-" &&
                                      (std::filesystem::is_directory(output, neither) ||
                                       !std::filesystem::exists(output, neither)));
  if (made_with_those_above)
    require_writable_folder(output);
  else
    require_writable_file(output);
}

}  // namespace sgilo
