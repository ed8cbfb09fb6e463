// What a reader of a measurement should know of how exact it is.
#pragma once

#include <string>

#include "sgilo/runs/measurement.h"

namespace sgilo {

// One sentence; empty when there is nothing to say. Small pictures that others made are close to
// what the bicubic downsampling makes, but not at the borders.
std::string measurement_note(const Measurement& measurement);

}  // namespace sgilo
