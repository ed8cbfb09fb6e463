// Downsampling by a whole factor f, y = R x C^T one small matrix per axis.
// bicubic: 4f taps proportional to B((i - 2f + 1/2) / f), B the cubic kernel with a = -1/2 (Keys
// 1981), reflect padding of floor(3f/2) before and the rest of 3f after, stride f. area: means of
// f x f blocks.
#pragma once

#include <array>

#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/frozen_tensor.h"

namespace sgilo {

enum class DownsamplingKernel { bicubic, area };
template <>
struct EnumWords<DownsamplingKernel> {
  static constexpr std::array<std::string_view, 2> words{"bicubic", "area"};
};

struct DownsamplingOptions {
  std::int64_t factor = 8;
  DownsamplingKernel kernel = DownsamplingKernel::bicubic;
  using Operator = class Downsampling;
  static constexpr std::string_view kind = "downsample";
  static constexpr OperatorTraits traits{.observed_file = ObservedFile::measurement};
  static constexpr auto fields() {
    return std::tuple{field("factor", &DownsamplingOptions::factor,
                            "how many times smaller each side becomes", positive<std::int64_t>),
                      field("kernel", &DownsamplingOptions::kernel,
                            "bicubic (a = -0.5, 4 x factor taps) or area (means of blocks)")};
  }
};

class Downsampling : public ForwardOperator {
 public:
  // Throws ConfigError when the factor does not divide the sides, or the reflected border does not
  // fit into the image.
  Downsampling(const DownsamplingOptions& options, Shape image_shape, const StateDict& = {});

  std::string describe() const override;
  Json options() const override { return options_; }

 private:
  Tensor measure(const Tensor& image) const override;            // [N, C, H, W] -> [N, C, H/f, W/f]
  Tensor picture_of(const Tensor& measurements) const override;  // each pixel as a square of f x f

  Json options_;
  std::int64_t factor_;
  FrozenTensor vertical_;    // [H/f, H]
  FrozenTensor horizontal_;  // [W, W/f]
};

Tensor bicubic_taps(std::int64_t factor);  // [4 * factor], float64, sum 1

}  // namespace sgilo
