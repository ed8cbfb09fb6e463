// Inpainting: some pixels are seen, the same in all channels, y = x[:, kept]. The measurement is
// the compact [C, kept], so that no unseen pixel is ever counted as data. Which pixels: a random
// fraction, all but a box, or those of a mask.
#pragma once

#include <variant>

#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/frozen_tensor.h"
#include "sgilo/operators/operator_state.h"

namespace sgilo {

struct InpaintingOptions {
  double keep = 0.05;
  using Operator = class Inpainting;
  static constexpr std::string_view kind = "inpaint";
  static constexpr OperatorTraits traits{.drawn_at_random = true,
                                         .observed_file = ObservedFile::image};
  static constexpr auto fields() {
    return std::tuple{field("keep", &InpaintingOptions::keep,
                            "fraction of the pixels that is seen, without replacement",
                            positive_fraction<double>)};
  }
};

struct BoxOptions {
  std::int64_t top = 16;
  std::int64_t left = 16;
  std::int64_t height = 32;
  std::int64_t width = 32;
  using Operator = class Inpainting;
  static constexpr std::string_view kind = "box";
  static constexpr OperatorTraits traits{.observed_file = ObservedFile::image};
  static constexpr auto fields() {
    return std::tuple{
        field("top", &BoxOptions::top, "first row of the box that is removed",
              non_negative<std::int64_t>),
        field("left", &BoxOptions::left, "first column of the box", non_negative<std::int64_t>),
        field("height", &BoxOptions::height, "rows of the box", positive<std::int64_t>),
        field("width", &BoxOptions::width, "columns of the box", positive<std::int64_t>)};
  }
};

struct MaskOptions {
  std::string file;
  double threshold = 0.5;
  using Operator = class Inpainting;
  static constexpr std::string_view kind = "mask";
  static constexpr OperatorTraits traits{.observed_file = ObservedFile::image};
  static constexpr auto fields() {
    return std::tuple{
        field("file", &MaskOptions::file, "image of the pixels: white is seen, black is not",
              Check<std::string>{"the name of an image",
                                 [](const std::string& f) { return !f.empty(); }}),
        field("threshold", &MaskOptions::threshold,
              "brightness from which on a pixel is seen; with 0.001 a damaged image "
              "with black holes is its own mask",
              positive_fraction<double>)};
  }
};

// "mask" [H, W], uint8, 1 where a pixel is seen and 0 elsewhere. Seen are exactly
// round(keep * H * W) pixels, all outside of the box, or those of the file from the threshold on.
StateDict draw_state(const InpaintingOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles&);
StateDict draw_state(const BoxOptions& options, const Shape& image_shape, const RandomStreams&,
                     const OperatorFiles&);
StateDict draw_state(const MaskOptions& options, const Shape& image_shape, const RandomStreams&,
                     const OperatorFiles& files);

class Inpainting : public ForwardOperator {
 public:
  // How the seen pixels are stated.
  using Stated = std::variant<InpaintingOptions, BoxOptions, MaskOptions>;

  // Throws ConfigError when nothing is seen.
  Inpainting(const Stated& options, Shape image_shape, const StateDict& state);

  std::string describe() const override;
  Json options() const override { return options_; }
  StateDict state() const override { return {{"mask", mask_}}; }

 private:
  Tensor measure(const Tensor& image) const override;            // [N, C, H, W] -> [N, C, kept]
  Tensor picture_of(const Tensor& measurements) const override;  // the rest is mid-grey

  Json options_;
  Tensor mask_;
  FrozenTensor kept_;  // [1, 1, kept], row-major positions
};

}  // namespace sgilo
