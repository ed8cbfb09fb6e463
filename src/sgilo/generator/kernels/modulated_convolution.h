// The modulated 3x3 convolution of StyleGAN2 (Karras et al. 2020, section 2.2): y = d * conv(s * x,
// W), never a grouped convolution with per-sample weights: activations are scaled by the style s
// before, outputs by the demodulation d after the convolution.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// d[n,o] = rsqrt(sum_{i,k} (W[o,i,k] s[n,i])^2 + 1e-8); weight [O,I,3,3], styles [N,I] -> [N,O].
Tensor demodulation(const Tensor& weight, const Tensor& styles);

// conv(s * x, W) with zero padding 1, cross-correlation: x [N,I,H,W] -> [N,O,H,W] in the type of x.
Tensor modulated_convolution(const Tensor& x, const Tensor& weight, const Tensor& styles);

// The same at twice the resolution: transposed convolution with stride 2 (W as stored, not
// flipped), then the [1,3,3,1] filter. x [N,I,H,W] -> [N,O,2H,2W]. Both are folded into four 3x3
// phase filters and a pixel shuffle, which is exact at the borders too.
Tensor modulated_up_convolution(const Tensor& x, const Tensor& weight, const Tensor& styles);

// The phase filters: weight [O,I,3,3] -> [4*O,I,3,3], channel 4*o + 2*row_phase + column_phase.
Tensor phase_weights(const Tensor& weight);

}  // namespace sgilo
