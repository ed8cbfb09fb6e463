// Small tools on the variables of a stage: elementwise maps, and one matrix [rows, d] of all of
// them.
#pragma once

#include "sgilo/core/error.h"
#include "sgilo/generator/latent_state.h"

namespace sgilo {

// The state with every variable x replaced by transform(name, x).
template <class Transform>
LatentState mapped(const LatentState& state, Transform transform) {
  LatentState out{state.layer, {}};
  for (const auto& [name, x] : state.variables)
    out.variables.emplace_back(name, transform(name, x));
  return out;
}

Tensor flattened(const LatentState& state);                             // [rows, d]
LatentState unflattened(const Tensor& flat, const LatentState& shape);  // the inverse

// Inner product of each row with itself, or with another's: [rows].
Tensor row_dot(const Tensor& a, const Tensor& b);

// bool [rows]: which rows hold finite numbers only.
Tensor finite_rows(const Tensor& x);
Tensor finite_rows(const LatentState& state);

// Row by row x where `rows` (bool) holds, else `otherwise`.
Tensor where_rows(const Tensor& rows, const Tensor& x, const Tensor& otherwise);

}  // namespace sgilo
