// A real network from noise over posterior to point estimate as C grows (B4): part of the
// experiment `temperature`, and points of figure 11.
#pragma once

#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {

// Means of the chains that end at each C: of cos angle(z, z*) and of |z - z*|.
struct NetworkTemperature {
  std::vector<double> concentration, cosine, distance;
};

// Checks B4. Empty when the run does not check it.
NetworkTemperature network_temperature(TheoryRun& run);

}  // namespace sgilo
