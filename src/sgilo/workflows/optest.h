// Proves an operator by numbers: `sgilo optest`.
#pragma once

#include "sgilo/machine/common_options.h"
#include "sgilo/operators/make_operator.h"
#include "sgilo/operators/operator_proof.h"

namespace sgilo {

struct OptestOptions : CommonOptions {
  OperatorOptions forward_operator = InpaintingOptions{};
  std::int64_t size = 64;
  std::int64_t channels = 3;
  static constexpr auto fields() {
    using O = OptestOptions;
    return std::tuple_cat(
        std::tuple{field("operator", &O::forward_operator, "what to prove"),
                   field("size", &O::size, "side of the images", image_side),
                   field("channels", &O::channels, "of the images", positive<std::int64_t>)},
        common_fields());
  }
};

struct OperatorProof {
  std::string operator_description;
  std::vector<ProofCheck> checks;
  bool passed() const;
};

OperatorProof prove(const OptestOptions& options);  // throws ConfigError, FormatError

// What prove() would do, in lines; throws the same.
std::string plan(const OptestOptions& options);

}  // namespace sgilo
