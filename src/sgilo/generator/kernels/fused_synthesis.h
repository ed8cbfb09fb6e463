// Blocks first .. last of a synthesis network as one differentiable function on the CPU, with few
// passes over the activations:
//   xs = s x;  y = conv(xs, W);  a = sqrt(2) lrelu(d y + noise + b);  rgb = M a,
// a and each block's to-RGB within -clamp .. clamp where there is one.
// Styles s, demodulations d and the matrices M of to-RGB are made of the style rows w here. Only a
// is kept for the backward pass, which recovers y from it and yields the gradients of w and of the
// noises beside that of y. First gradients only; weights have none.
// Reference: modulated_convolution.h, bias_activation.h, upsample_filter.h.
#pragma once

#include <memory>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/generator/kernels/fused_layer.h"

namespace sgilo {

// to-RGB of one block, frozen.
struct FusedRgb {
  StyleMap style;
  Tensor weight;  // [3,C]
  Tensor bias;    // [3]
};

// `features` [N,C,r,r] float32 and the skip image [N,3,r,r] (undefined: none) of the block before
// `layers`; a block is one layer when it is the network's first, else two, the first of them up,
// and ends in one entry of `rgb`. Layer j takes row first_row + j of `ws` [N,rows,w], to-RGB the
// row after that of its block's last layer. noises[j] [H,W], [1|N,1,H,W] or undefined, float32.
// `clamp` 0: no limit. -> the skip image [N,3,R,R] float32 after the last block.
Tensor fused_synthesis(const std::vector<std::shared_ptr<const FusedLayer>>& layers,
                       const std::vector<std::shared_ptr<const FusedRgb>>& rgb,
                       const Tensor& features, const Tensor& skip, const Tensor& ws,
                       std::int64_t first_row, const std::vector<Tensor>& noises, double clamp = 0);

}  // namespace sgilo
