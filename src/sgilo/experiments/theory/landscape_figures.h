// Figures 1 and 2: the landscape and the angle map, in the limit and of the options' network.
#pragma once

#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {

Figure landscape_figure(const TheoryRun& run);
Figure angle_map_figure(const TheoryRun& run);

}  // namespace sgilo
