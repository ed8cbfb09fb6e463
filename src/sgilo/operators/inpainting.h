// Inpainting: some pixels are seen, the same in all channels, y = x[:, kept]. The measurement is
// the compact [C, kept], so that no unseen pixel is ever counted as data. Which pixels: a random
// fraction, all but a box, or those of a mask.
#pragma once

#include "sgilo/core/random_streams.h"
#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/frozen_tensor.h"

namespace sgilo {

struct InpaintingOptions {
  double keep = 0.05;
  static constexpr std::string_view kind = "inpaint";
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
  static constexpr std::string_view kind = "box";
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
  static constexpr std::string_view kind = "mask";
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

class Inpainting : public ForwardOperator {
 public:
  // `mask` [H, W]: seen where it is not 0. Throws ConfigError when nothing is seen.
  Inpainting(Json options, Shape image_shape, const Tensor& mask);

  Tensor apply(const Tensor& image) const override;  // [N, C, H, W] -> [N, C, kept]
  std::string describe() const override;
  Json options() const override { return options_; }
  StateDict state() const override { return {{"mask", mask_}}; }  // [H, W], uint8, 0 or 1
  Tensor picture(const Tensor& measurements) const override;      // the rest is mid-grey

 private:
  Json options_;
  Tensor mask_;
  FrozenTensor kept_;  // [1, 1, kept], row-major positions
};

// The masks [H, W], 1 where a pixel is seen. Throw ConfigError when an option does not fit the
// image, FormatError when a mask's file does not.
Tensor draw_mask(const InpaintingOptions& options, const Shape& image_shape,
                 const RandomStreams& streams);  // exactly round(keep * H * W) pixels
Tensor mask_around(const BoxOptions& options, const Shape& image_shape);
Tensor mask_from(const MaskOptions& options, const Shape& image_shape,
                 const Tensor& values);  // [H, W] in [0, 1], the mean of the colours

}  // namespace sgilo
