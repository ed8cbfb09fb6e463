// One layer of fused_synthesis.h: its convolution and its end, forward and backward, by Winograd's
// filtering (winograd.h) where that is the faster way, else by the library's convolutions and the
// passes of pixel_passes.h. Forward is float32 throughout. Gradients, and what is kept for them,
// may be bfloat16: a rounded image near convergence differs by more than the residual that is
// wanted, a rounded gradient still points the same way. Images are channels last. Large ones go
// through the library part by part, so that what lies between stays in the processor's cache.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

// The affine map from a style row w to a layer's style, s = scale * weight w + bias_scale * bias,
// without gradients.
struct StyleMap {
  Tensor weight;  // [I,w] float32
  Tensor bias;    // [I] float32
  double scale, bias_scale;
};

// The weights of one 3x3 layer, without gradients.
struct FusedLayer {
  // `resolution`: of the layer's result.
  FusedLayer(const Tensor& weight, const Tensor& bias, const Tensor& noise_strength, bool up,
             std::int64_t resolution, torch::ScalarType type);

  StyleMap style{};  // of fused_synthesis
  bool up, winograd;
  std::int64_t inputs, outputs;
  torch::ScalarType type;  // of gradients
  // By the library: [O,I,3,3], or the four phases [O,I,2|1,2|1] of an up-convolution, and
  // [I,O,3,3] for y's (or the phases' t's) gradient. Else those of winograd_weights.
  std::vector<Tensor> forward;
  Tensor backward;
  Tensor squares;  // [O,I] float32: sum over taps of W^2, for the demodulation
  Tensor bias;     // [O] float32
  float noise_strength;
  std::int64_t part_bytes = 8 << 20;  // of an image between convolution and end
};

// Weights [O,I,3,3] of an up-convolution -> the four [O,I,2|1,2|1], channels last, whose plain
// convolutions give the phases of t (FilterPhases of pixel_passes.h).
std::vector<Tensor> up_phases(const Tensor& weight);

// The end of a layer; float32, without gradients.
struct LayerEndTensors {
  Tensor demodulation;  // [N,O]
  Tensor bias;          // [O]
  Tensor noise;         // [1|N, pixels] times its strength, or undefined
  Tensor next_styles;   // [N,O] of the layer after this, or undefined
  Tensor matrices;      // [N,3,O] of to-RGB, or undefined
  double clamp;         // 0: none
};

struct LayerResult {
  Tensor activation;  // [N,O,R,R] float32, where wanted
  Tensor kept;        // the same in the type of gradients, where wanted
  Tensor rgb;         // [N,3,R,R] float32, where there are matrices
};
struct Wanted {
  bool activation = true, kept = true;
};
// Of `input` [N,I,r,r] times `styles` [N,I].
LayerResult run_layer(const FusedLayer& layer, const Tensor& input, const Tensor& styles,
                      const LayerEndTensors& end, Wanted wanted = {});

// A layer's end again, for its gradients.
// That of y takes the activation's memory, so that no image is held for both.
struct KnownEnd {
  LayerEndTensors end;
  Tensor activation;    // [N,O,R,R] as it was kept
  Tensor rgb_gradient;  // [N,3,R,R], or undefined
  bool noise_wanted;
};
struct EndGradients {
  Tensor y;  // [N,O,R,R], of the convolution's result
  // [N,kGradientSums,O]: of next_styles, of matrices (3), of demodulation times it; that of bias
  // too, but not after Winograd's convolution.
  Tensor sums;
  Tensor noise;  // [N, pixels] of the noise as it was added, where wanted
};

// Of the last layer, from the gradient of rgb.
EndGradients end_gradients(const KnownEnd& known);

// Gradient of y -> that of the layer's scaled input, [N,I,r,r].
Tensor input_gradient(const FusedLayer& layer, const Tensor& y_gradient);

// Gradient of `layer`'s y -> the gradients at the end of the layer before it.
EndGradients gradients_before(const FusedLayer& layer, const Tensor& y_gradient,
                              const KnownEnd& before);

// end_gradients of the last layer, whose y stays undefined and whose activation stays as it is, and
// gradients_before it.
std::pair<EndGradients, EndGradients> last_gradients(const FusedLayer& layer, const KnownEnd& last,
                                                     const KnownEnd& before);

// f(image, task, first, last) for the parts of at most `size` of 0 .. count - 1 of each image.
template <class F>
void for_tasks(std::int64_t images, std::int64_t count, std::int64_t size, F f) {
  const std::int64_t tasks = (count + size - 1) / size;
  at::parallel_for(0, images * tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      f(i / tasks, i % tasks, i % tasks * size, std::min(count, (i % tasks + 1) * size));
  });
}
inline constexpr std::int64_t kTaskPixels = 1024;  // fixed, so that sums do not depend on threads

// Calls f(float()) or f(BFloat16()).
template <class F>
auto with_type(torch::ScalarType type, F f) {
  return type == torch::kBFloat16 ? f(c10::BFloat16()) : f(float());
}

}  // namespace sgilo
