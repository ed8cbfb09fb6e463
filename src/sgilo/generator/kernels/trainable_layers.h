// The parts of layers whose weights are trained, as differentiable functions on the CPU: 3x3
// convolutions, by Winograd's filtering (winograd.h) in float32 where it pays, else by libtorch,
// and what lies between them in a generator, one pass over the pixels per direction. First
// gradients only, of everything; a gradient of a gradient is the plain form's to give
// (modulated_convolution.h, bias_activation.h, upsample_filter.h). Images are [N,C,H,W], channels
// last, float32 or bfloat16 (their arithmetic is float32), what is not an image float32.
#pragma once

#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/generator/kernels/bias_activation.h"

namespace sgilo {

// conv2d with padding 1: x [N,I,H,W] and weight [O,I,3,3] of its type -> [N,O,H,W].
Tensor trainable_convolution(const Tensor& x, const Tensor& weight);

// Of a synthesis layer with the convolution y [N,O,H,W]: a = sqrt(2) lrelu(d y + noise + b), within
// -clamp .. clamp where that is positive.
struct TrainableEnd {
  Tensor demodulation;  // d [N,O]
  Tensor bias;          // b [O]
  NoiseInput noise;
  Tensor next_styles;  // s [N,O] of the layer that follows, or undefined
  Tensor matrices;     // M [N,3,O] of to-RGB, or undefined
  double clamp = 0;
};
struct TrainableEndResult {
  Tensor scaled;  // s a in the type of y, what the next layer convolves, or undefined
  Tensor rgb;     // M a [N,3,H,W] float32, or undefined
};
TrainableEndResult trainable_end(const Tensor& y, const TrainableEnd& end);

// modulated_up_convolution of an image that is scaled already: x [N,I,H,W] and weight [O,I,3,3] of
// its type -> [N,O,2H,2W], with 9 taps per pixel of x.
Tensor trainable_up_convolution(const Tensor& x, const Tensor& weight);

// image + upsample(skip): [N,3,2H,2W], [N,3,H,W], contiguous float32.
Tensor trainable_doubling(const Tensor& image, const Tensor& skip);

}  // namespace sgilo
