// The names and scales under which rosinality's StyleGAN2 (and ILO, which builds on it) keeps a
// generator, brought to those of the NVIDIA snapshots. Both compute the same function: a modulated
// convolution's weight is divided by sqrt(in 3 3) here once, there at every step.
#pragma once

#include "sgilo/core/state_dict.h"

namespace sgilo {

// Whether these are the tensors of such a generator ("g_ema", without prefix).
bool is_rosinality(const StateDict& state);

// `style_average` [w]: the file's "latent_avg", undefined where it has none (zeros then, which
// the caller replaces). Constant noises that an older file lacks become zeros. Takes over the
// tensors and scales the weights in place.
// Throws FormatError naming the tensor that is missing or mis-shaped.
StateDict native_from_rosinality(StateDict state, const Tensor& style_average);

}  // namespace sgilo
