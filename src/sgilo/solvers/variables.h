// Small tools on the variables of a stage: all of them as one matrix [rows, d], and its rows.
#pragma once

#include "sgilo/generator/latent_state.h"

namespace sgilo {

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
