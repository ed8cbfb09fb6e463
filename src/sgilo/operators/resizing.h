// Bilinear resizing to a given shorter side, without smoothing first; pixels are areas
// (align_corners is false). After a downsampling it gives the measurements the size of the image
// again, as the program published with the paper compares them:
// downsample:factor=16|resize:side=64.
#pragma once

#include "sgilo/operators/forward_operator.h"

namespace sgilo {

struct ResizingOptions {
  std::int64_t side = 64;
  using Operator = class Resizing;
  static constexpr std::string_view kind = "resize";
  static constexpr OperatorTraits traits{.observed_file = ObservedFile::measurement};
  static constexpr auto fields() {
    return std::tuple{field(
        "side", &ResizingOptions::side, "shorter side after the bilinear resizing",
        Check<std::int64_t>{"from 1 to 16384",
                            [](const std::int64_t& side) { return side >= 1 && side <= 16384; }})};
  }
};

class Resizing : public ForwardOperator {
 public:
  Resizing(const ResizingOptions& options, Shape image_shape, const StateDict& = {});

  std::string describe() const override;
  Json options() const override { return options_; }

 private:
  Tensor measure(const Tensor& image) const override;            // [N, C, H, W] -> [N, C, h, w]
  Tensor picture_of(const Tensor& measurements) const override;  // resized back

  Json options_;
  std::int64_t height_, width_;  // the longer one is rounded down
};

}  // namespace sgilo
