// A real network from noise over posterior to point estimate as C grows (B4): part of the
// experiment `temperature`, and points of figure 11.
#pragma once

#include "sgilo/workflows/theory/theory_run.h"

namespace sgilo {

// Means of the chains that end at each C: of cos angle(z, z*), of |z - z*| and of
// |G(z) - G(z*)|^2 / |G(z*)|^2.
struct NetworkTemperature {
  std::vector<double> concentration, cosine, distance, image_error;
};

// Checks B4. Empty when the run does not check it.
NetworkTemperature network_temperature(TheoryRun& run);

}  // namespace sgilo
