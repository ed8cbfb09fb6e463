// What the published program took for a step of the generator, where it was measured.
#pragma once

#include <optional>
#include <string_view>

#include "sgilo/machine/system_info.h"

namespace sgilo {

// Seconds of decoding one row of a preset of `bench step` and its gradients, in float32 on two
// threads: the least of what was seen on Zen 5 (PyTorch 1.13) and on an Intel processor with AMX
// (PyTorch 2.13); benchmarks/results/README.md. Nothing for other kinds of machine.
std::optional<double> published_seconds(std::string_view preset, const Processor& processor,
                                        int threads);

}  // namespace sgilo
