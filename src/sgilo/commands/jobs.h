// All jobs of the program.
#pragma once

#include <string_view>

#include "sgilo/commands/job.h"

namespace sgilo {

// In the order of `sgilo help`.
const std::vector<Job>& jobs();

const Job* find_job(std::string_view name);  // null for a name that is none
const Job& job_of(std::string_view name);    // throws ConfigError that names the nearest

}  // namespace sgilo
