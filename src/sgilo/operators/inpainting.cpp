#include "sgilo/operators/inpainting.h"

#include <cmath>

#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

Tensor mask_of(const Json& options, const Shape& image_shape, const StateDict& state) {
  require_planes(options.at("kind").get<std::string>(), image_shape);
  return require_state(state, "mask", {image_shape[1], image_shape[2]})
      .ne(0)
      .to(torch::kCPU, torch::kUInt8);
}

}  // namespace

StateDict draw_state(const InpaintingOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles&) {
  require_planes(InpaintingOptions::kind, image_shape);
  const std::int64_t pixels = image_shape[1] * image_shape[2];
  const std::int64_t kept = std::llround(options.keep * static_cast<double>(pixels));
  if (kept == 0)
    throw ConfigError(concat("operator inpaint: keep must leave at least one of ", pixels,
                             " pixels, but is ", options.keep));
  const Tensor seen = streams.child("mask").permutation(pixels).narrow(0, 0, kept);
  return {{"mask", torch::zeros({pixels}, torch::kUInt8)
                       .index_fill(0, seen, 1)
                       .view({image_shape[1], image_shape[2]})}};
}

StateDict draw_state(const BoxOptions& box, const Shape& image_shape, const RandomStreams&,
                     const OperatorFiles&) {
  require_planes(BoxOptions::kind, image_shape);
  const std::int64_t height = image_shape[1], width = image_shape[2];
  // Each size is compared with what is left of the image, since sums of user numbers overflow.
  const bool inside = box.top < height && box.height <= height - box.top && box.left < width &&
                      box.width <= width - box.left;
  if (!inside)
    throw ConfigError(concat("operator box: the box must lie inside the image of ", height, " x ",
                             width, " pixels, but has top ", box.top, ", left ", box.left,
                             ", height ", box.height, ", width ", box.width));
  const Tensor mask = torch::ones({height, width}, torch::kUInt8);
  mask.narrow(0, box.top, box.height).narrow(1, box.left, box.width).zero_();
  return {{"mask", mask}};
}

StateDict draw_state(const MaskOptions& options, const Shape& image_shape, const RandomStreams&,
                     const OperatorFiles& files) {
  if (!files.mask)
    throw ConfigError(concat("operator mask: '", options.file,
                             "' must be read by the caller, but no reader is given"));
  const Tensor values = files.mask(options);
  require_planes(MaskOptions::kind, image_shape);
  require_shape(concat("operator mask: '", options.file, "'"), values, {-1, -1});
  if (values.size(0) != image_shape[1] || values.size(1) != image_shape[2])
    throw FormatError(concat(options.file, ": must be a mask of ", image_shape[2], " x ",
                             image_shape[1], " pixels, but has ", values.size(1), " x ",
                             values.size(0)));
  return {{"mask", values.ge(options.threshold).to(torch::kCPU, torch::kUInt8)}};
}

Inpainting::Inpainting(const Stated& options, Shape image_shape, const StateDict& state)
    : ForwardOperator(std::move(image_shape)),
      options_(value_to_json(options)),
      mask_(mask_of(options_, this->image_shape(), state)),
      kept_(mask_.flatten().nonzero().view({1, 1, -1})) {
  if (kept_.drawn().numel() == 0)
    throw ConfigError(concat("operator ", describe(), " must leave at least one pixel"));
}

Tensor Inpainting::measure(const Tensor& image) const {
  const Tensor kept = kept_.like(image).expand({image.size(0), image.size(1), -1});
  return image.flatten(2).gather(2, kept);
}

std::string Inpainting::describe() const {
  return describe_options(options_,
                          concat(kept_.drawn().numel(), " of ", mask_.numel(), " pixels"));
}

Tensor Inpainting::picture_of(const Tensor& measurements) const {
  const std::int64_t rows = measurements.size(0), channels = measurements.size(1);
  const Tensor kept = kept_.like(measurements).expand({rows, channels, -1});
  return torch::zeros({rows, channels, mask_.numel()}, measurements.options())
      .scatter(2, kept, measurements.clamp(-1, 1))
      .view({rows, channels, mask_.size(0), mask_.size(1)});
}

}  // namespace sgilo
