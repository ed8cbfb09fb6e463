// Random networks chosen by what gradient descent does on them from behind z*: trapped by a
// spurious minimum near -rho z*, or not. Candidates are tried in order,
// so that the choice depends on the seed alone.
#pragma once

#include <optional>

#include "sgilo/experiments/theory/theory_run.h"
#include "sgilo/theory/random_relu_network.h"

namespace sgilo {

// Runs that start behind z* and count as there within `radius` of it.
struct EscapeSetting {
  double step_size = 0.2;
  double time = 60;  // eta k
  std::int64_t chains = 64;
  double radius = 0.3;
  int steps() const;
};

// -rho z* + 0.05 g / sqrt(n): [chains, n].
Tensor starts_behind(const RandomReluNetwork& network, std::int64_t chains,
                     const RandomStreams& streams);

struct ScannedNetwork {
  RandomReluNetwork network;
  int candidate;          // its number among those tried
  double stuck;           // share of the descents that end outside the radius
  RandomStreams streams;  // of what else happens on it
};

ScannedNetwork scan_network(const Shape& widths, std::int64_t measurements, int candidate,
                            const EscapeSetting& setting, const RandomStreams& streams);

// The first of at most `candidates` networks whose share of stuck descents lies in [least, most].
std::optional<ScannedNetwork> first_network(const Shape& widths, std::int64_t measurements,
                                            double least, double most, int candidates,
                                            const EscapeSetting& setting,
                                            const RandomStreams& streams);

// The network of the options' sizes on which the statements about real networks rest: the first
// candidate that traps no descent, as the theorem's condition on the weights asks; the same
// in every experiment. Warns when there is none among the first few.
RandomReluNetwork network_without_trap(TheoryRun& run);

}  // namespace sgilo
