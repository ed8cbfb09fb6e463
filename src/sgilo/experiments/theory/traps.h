// Real networks whose landscape traps gradient descent behind z*, and what leaves the trap (R1 to
// R5, figure 5): part of the experiment `escape`.
#pragma once

#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {

void trap_checks(TheoryRun& run);

}  // namespace sgilo
