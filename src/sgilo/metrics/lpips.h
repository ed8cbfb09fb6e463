// LPIPS, the learned perceptual distance of Zhang et al. (2018, equation 1),
// version 0.1 with VGG16:
//   d(a, b) = sum_l mean_position sum_c w_lc (f_lc(a)/|f_l(a)| - f_lc(b)/|f_l(b)|)^2,
// f_l the feature maps relu1_2, relu2_2, relu3_3, relu4_3, relu5_3 of the images after
// (x - shift) / scale per colour, |.| over the channels at each position, plus 1e-10; w learned,
// not negative. Symmetric, 0 for equal images, differentiable in both.
#pragma once

#include <vector>

#include "sgilo/core/state_dict.h"

namespace sgilo {

class Lpips {
 public:
  static constexpr std::int64_t kSmallestSide = 16;  // halved four times

  // `linear`: the learned weights "lin0.model.1.weight" [1, C, 1, 1] to lin4. `backbone`: the
  // convolutions "features.0.weight" [C, 3, 3, 3], "features.0.bias" [C] to features.28, as
  // torchvision names them; other tensors are ignored. The numbers of channels are those of the
  // tensors. Throws FormatError naming the first tensor that is missing or does not fit.
  Lpips(const StateDict& linear, const StateDict& backbone);

  // Images [N, 3, H, W] in [-1, 1], H and W at least kSmallestSide; not clamped. The reference has
  // the same shape, or is one image for all. Everything is computed in the type and on the device
  // of the backbone. Throws ConfigError for other shapes.
  Tensor distance(const Tensor& image, const Tensor& reference) const;   // [N]
  Tensor per_layer(const Tensor& image, const Tensor& reference) const;  // [layers, N], its terms

  // The same in two steps, for a reference that is used again.
  std::vector<Tensor> features(const Tensor& image) const;  // per layer [N, C, h, w]
  Tensor per_layer(const std::vector<Tensor>& image_features,
                   const std::vector<Tensor>& reference_features) const;

 private:
  struct Convolution {
    Tensor weight, bias;  // [O, I, 3, 3], [O]
  };
  std::vector<std::vector<Convolution>> blocks_;  // pooling lies between them
  std::vector<Tensor> linear_;                    // per block [1, C, 1, 1]
  Tensor shift_, scale_;                          // [1, 3, 1, 1]
};

}  // namespace sgilo
