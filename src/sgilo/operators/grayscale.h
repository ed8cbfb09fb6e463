// Luma of ITU-R BT.601 as the paper's colourisation uses it: y = 0.2989 R + 0.5870 G + 0.1140 B,
// one channel.
#pragma once

#include "sgilo/operators/forward_operator.h"

namespace sgilo {

struct GrayscaleOptions {
  using Operator = class Grayscale;
  static constexpr std::string_view kind = "grayscale";
  static constexpr OperatorTraits traits{.observed_file = ObservedFile::measurement};
  static constexpr auto fields() { return std::tuple<>{}; }
};

// [3, ...] -> [1, ...]: whole images, or the pixels that an inpainting before it keeps.
class Grayscale : public ForwardOperator {
 public:
  Grayscale(const GrayscaleOptions&, Shape image_shape, const StateDict& = {});

  std::string describe() const override { return "grayscale"; }
  Json options() const override { return options_with_kind(GrayscaleOptions{}); }

 private:
  Tensor measure(const Tensor& image) const override;
  Tensor picture_of(const Tensor& measurements) const override;  // grey in all three channels
};

}  // namespace sgilo
