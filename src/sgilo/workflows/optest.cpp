#include "sgilo/workflows/optest.h"

#include <algorithm>

#include "sgilo/data/image_io.h"

namespace sgilo {

bool OperatorProof::passed() const {
  return std::all_of(checks.begin(), checks.end(), [](const auto& c) { return c.passed(); });
}

namespace {

std::unique_ptr<ForwardOperator> operator_of(const OptestOptions& options) {
  validate(options);
  return make_operator(options.forward_operator, {options.channels, options.size, options.size},
                       RandomStreams(static_cast<std::uint64_t>(options.seed)).child("operator"),
                       {[](const MaskOptions& mask) {
                         return mask_values(read_image(mask.file, Transparency::looked_at));
                       }});
}

}  // namespace

std::string plan(const OptestOptions& options) {
  return concat("would prove ", operator_of(options)->describe(), "\n");
}

OperatorProof prove(const OptestOptions& options) {
  const auto op = operator_of(options);
  const RandomStreams streams(static_cast<std::uint64_t>(options.seed));
  return {op->describe(), prove_operator(*op, streams.child("proof"), device_of(options.device))};
}

}  // namespace sgilo
