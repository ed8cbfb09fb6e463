// The help of a verb, from its option table.
#pragma once

#include "sgilo/commands/job.h"

namespace sgilo {

// Lines of at most `columns`, but for the examples.
std::string help_text(const Job& job, int columns);

// Lines of at most `width` columns, broken at spaces; each but the first starts with `indent`
// spaces beside those. A longer word keeps a line of its own.
std::string wrapped(const std::string& text, int width, int indent = 0);

}  // namespace sgilo
