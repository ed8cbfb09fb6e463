// Blocks first .. last of a synthesis network as one differentiable function on the CPU, with few
// passes over the activations:
//   xs = s x;  y = conv(xs, W);  a = sqrt(2) lrelu(d y + noise + b), s' a and M a in the same pass,
// a and each block's to-RGB within -clamp .. clamp where there is one.
// Only a is kept for the backward pass, which recovers y from it and yields the gradients of
// styles, demodulation, noise and to-RGB beside that of y. Up-convolutions have 9 taps per input
// pixel (four phases of 4, 2, 2 and 1 taps); their [1,3,3,1] filter is part of the pass. First
// gradients only; weights have none. Reference: modulated_convolution.h, bias_activation.h,
// upsample_filter.h.
#pragma once

#include <memory>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

// The weights of one 3x3 layer as the convolutions take them, channels last, in the type of the
// convolutions.
struct FusedLayer {
  FusedLayer(const Tensor& weight, const Tensor& bias, const Tensor& noise_strength, bool up,
             torch::ScalarType type);

  bool up;
  std::vector<Tensor> forward;  // [O,I,3,3], or the four phases [O,I,2|1,2|1] of an up-convolution
  Tensor backward;              // [I,O,3,3]: of y's (or the phases' t's) gradient
  Tensor squares;               // [O,I] float32: sum over taps of W^2, for the demodulation
  Tensor bias;                  // [O] float32
  float noise_strength;
};

// What one layer takes besides its input; all float32.
struct LayerInputs {
  Tensor styles;        // [N,I]
  Tensor demodulation;  // [N,O]
  Tensor noise;         // [H,W], [1|N,1,H,W] or undefined
};
struct RgbInputs {
  Tensor matrices;  // [N,3,C]
  Tensor bias;      // [3], no gradient
};

// `features` [N,C,r,r] float32 and the skip image [N,3,r,r] (undefined: none) of the block before
// `layers`; a block is one layer when it is the network's first, else two, the first of them up,
// and ends in one entry of `rgb`. `clamp` 0: no limit. -> the skip image [N,3,R,R] float32 after
// the last block.
Tensor fused_synthesis(const std::vector<std::shared_ptr<const FusedLayer>>& layers,
                       const Tensor& features, const Tensor& skip,
                       const std::vector<LayerInputs>& inputs, const std::vector<RgbInputs>& rgb,
                       double clamp = 0);

}  // namespace sgilo
