#include "sgilo/commands/job.h"

#include "sgilo/machine/system_info.h"

namespace sgilo {

void prepare_machine(const CommonOptions& options, Observer& observer) {
  device_of(options.device);
  set_threads(options.threads);
  keep_freed_memory();
  for (const std::string& warning : blas_warnings()) observer.on_warning(warning);
}

void require_output(const CommandWords& command, const Json& options) {
  const auto output = options.find("output");
  if (output == options.end()) return;
  if (*output == "") throw ConfigError("output must name a file or folder, but is empty");
  if (*output == "-" && command.output == OutputKind::folder)
    throw ConfigError("output must name a folder, but is '-' (stdout)");
}

}  // namespace sgilo
