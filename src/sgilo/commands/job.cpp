#include "sgilo/commands/job.h"

#include "sgilo/machine/system_info.h"

namespace sgilo {

void prepare_machine(const CommonOptions& options, Observer& observer) {
  device_of(options.device);
  set_threads(options.threads);
  keep_freed_memory();
  for (const std::string& warning : blas_warnings()) observer.on_warning(warning);
}

}  // namespace sgilo
