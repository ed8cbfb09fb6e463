// D8 to D10: where chains on the population landscape may go. A part of escape_experiment.
#pragma once

#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {

void drift_checks(TheoryRun& run);

}  // namespace sgilo
