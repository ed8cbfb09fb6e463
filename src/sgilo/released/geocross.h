// The geodesic cross loss of PULSE (Menon et al. 2020) as the released programs take it: how far
// the style rows v_i of an image lie from one another on the sphere,
//   D_ij = 2 atan2(|v_i - v_j|, |v_i + v_j|),  geocross = mean_ij 512 D_ij^2 / 8,
// where each norm is sqrt(|.|^2 + epsilon) and 512 stands for the width of a row, whatever it is.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

inline constexpr double kGeocrossEpsilon = 1e-12;    // of the released SGILO
inline constexpr double kIloGeocrossEpsilon = 1e-9;  // of the released ILO

// styles [N, rows, w] -> [N]; 0 where there is no pair of rows.
Tensor geocross(const Tensor& styles, double epsilon = kGeocrossEpsilon);

// What the released SGILO takes it of in round r: the rows from 2 r on, which blocks r and later
// use. (The released ILO drops the first 2 r images instead of rows, so that from its second round
// on it is the mean of nothing, NaN with gradient 0: not offered here.)
Tensor geocross_styles(const Tensor& styles, std::int64_t round);

}  // namespace sgilo
