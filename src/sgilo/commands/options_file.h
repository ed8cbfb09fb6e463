// Options that lie in files: a configuration, and that of a run which goes on.
#pragma once

#include <string>

#include "sgilo/core/options_json.h"

namespace sgilo {

// In the words of this version, where an earlier one wrote them. Throws FormatError for what is not
// JSON, ConfigError for JSON that is no object.
Json read_options(const std::string& file);

// The options of the unfinished or finished run that a folder holds, for RunMode::resume. Throws
// ConfigError for a folder that holds none.
Json options_of_run(const std::string& folder);

}  // namespace sgilo
