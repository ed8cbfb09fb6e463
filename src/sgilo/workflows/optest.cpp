#include "sgilo/workflows/optest.h"

#include <algorithm>

#include "sgilo/data/image_io.h"

namespace sgilo {

bool OperatorProof::passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const auto& c) { return c.passed(); });
}

OperatorProof prove(const OptestOptions& options) {
  validate(options);
  const RandomStreams streams(static_cast<std::uint64_t>(options.seed));
  const auto op = make_operator(
      options.forward_operator, {options.channels, options.size, options.size},
      streams.child("operator"),
      [](const std::string& file) { return (read_image(file).pixels.mean(0) + 1) / 2; });
  return {op->describe(), prove_operator(*op, streams.child("proof"), device_of(options.device))};
}

}  // namespace sgilo
