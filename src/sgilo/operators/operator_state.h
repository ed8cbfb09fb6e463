// The frozen tensors of an operator: drawn once by draw_state, kept in files, and checked before
// they are used.
#pragma once

#include <functional>
#include <string>

#include "sgilo/core/options.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/core/torch.h"

namespace sgilo {

struct MaskOptions;

// What operators need of files, which are for the caller to open.
struct OperatorFiles {
  std::function<Tensor(const MaskOptions&)> mask = {};  // its brightness, [H, W] in [0, 1]
};

// The state of an operator that has none. One with state has an overload beside it, for its options
// and an image shape, [C, H, W]. Its constructor takes what either returns. Throws ConfigError when
// the options do not fit the shape, FormatError when a file does not.
template <Options S>
StateDict draw_state(const S&, const Shape&, const RandomStreams&, const OperatorFiles&) {
  return {};
}

// A finite tensor of this shape; -1 accepts any size. Throws FormatError, naming the tensor.
const Tensor& require_state(const StateDict& state, const std::string& name,
                            torch::IntArrayRef shape);

// Distinct indices below `count`, [m] with m >= 1, as int64. Throws FormatError, naming the tensor.
Tensor require_indices(const StateDict& state, const std::string& name, std::int64_t count);

}  // namespace sgilo
