// Settings of Langevin dynamics for a posterior, each with its reason (`sgilo theory suggest`).
#pragma once

#include "sgilo/report/table.h"
#include "sgilo/theory/advice.h"

namespace sgilo {

struct Suggestion {
  Advice advice;
  Table table;  // setting, value, reason
};

// Throws ConfigError as advise does.
Suggestion suggest(const AdviceOptions& options);
std::string plan(const AdviceOptions& options);

}  // namespace sgilo
