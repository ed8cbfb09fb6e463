#include "sgilo/workflows/measure.h"

#include <cmath>
#include <optional>

#include "sgilo/data/image_folder.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/operators/noise_estimate.h"

namespace sgilo {
namespace {

using Path = std::filesystem::path;

std::vector<Path> files_of(const MeasureOptions& options) {
  if (options.images.empty()) throw ConfigError("images must name at least one file, but is []");
  return image_files({options.images.begin(), options.images.end()});
}

Image read_reported(const Path& file, Observer& observer) {
  Image image = read_image(file);
  for (const std::string& warning : image.warnings) observer.on_warning(warning);
  return image;
}

// [H, W] in [0, 1]. Warns of greys, unless a threshold is stated for them: a few come from smoothed
// edges and JPEG, many from a file that is no mask.
Tensor read_mask(const MaskOptions& options, Observer& observer) {
  const Tensor mask = (read_reported(options.file, observer).pixels.mean(0) + 1) / 2;
  const double grey =
      mask.gt(0.05).logical_and(mask.lt(0.95)).to(torch::kFloat64).mean().item<double>();
  if (grey > 0.01 && options.threshold == MaskOptions{}.threshold)
    observer.on_warning(concat(options.file, ": a mask is black and white, but ",
                               std::lround(100 * grey),
                               " % of its pixels are grey; from mid-grey on they count as seen"));
  return mask;
}

ImageFraming framing_of(const Image& image, std::int64_t size) {
  return center_square(image.pixels.size(1), image.pixels.size(2), size);
}

void report_framing(const Path& file, const ImageFraming& f, Observer& observer) {
  observer.on_message(concat(file.string(), ": the square of ", f.side, " pixels at (", f.top, ", ",
                             f.left, "), ", f.side == f.size ? "as it is" : "resized to ",
                             f.side == f.size ? "" : concat(f.size, " (", word_of(f.kernel), ")")));
}

// A square of a damaged picture, where resizing must not mix seen with unseen pixels: means run
// over the seen pixels alone, and a pixel counts as seen when half of its area is.
struct ObservedSquare {
  Tensor pixels;  // [3, size, size]
  Tensor mask;    // [size, size], 0 or 1
};

ObservedSquare frame_observed(const Tensor& picture, const Tensor& mask,
                              const ImageFraming& framing) {
  const Tensor seen = mask.to(torch::kFloat32).unsqueeze(0);
  const Tensor coverage = apply_framing(seen, framing);
  const Tensor sum =
      apply_framing(torch::where(seen.gt(0), picture, torch::zeros_like(picture)), framing);
  return {sum / coverage.clamp_min(1e-6), coverage.squeeze(0).ge(0.5).to(torch::kFloat32)};
}

void require_not_enlarged(const Path& file, const Image& image, std::int64_t size) {
  const std::int64_t side = std::min(image.pixels.size(1), image.pixels.size(2));
  if (side < size)
    throw ConfigError(concat(file.string(), ": observed data must have at least ", size, " x ",
                             size, " pixels here, but have ", image.pixels.size(2), " x ",
                             image.pixels.size(1)));
}

Measurement measure_references(const MeasureOptions& options, Observer& observer) {
  std::vector<Tensor> pictures;
  std::vector<MeasuredImage> images;
  const std::vector<Path> files = files_of(options);
  const std::vector<std::string> names = image_names(files);
  for (const Path& file : files) {
    const Image image = read_reported(file, observer);
    const ImageFraming framing = framing_of(image, options.size);
    report_framing(file, framing, observer);
    pictures.push_back(apply_framing(image.pixels, framing));
    images.push_back({names[images.size()], framing});
  }
  return measure_pictures(torch::stack(pictures), std::move(images), options.forward_operator,
                          options.noise, options.seed,
                          [&](const MaskOptions& mask) { return read_mask(mask, observer); });
}

// Operators whose part that is seen was drawn at random cannot have produced the user's data.
void require_observable(const OperatorOptions& options) {
  const std::string kind = std::visit([](const auto& o) { return std::string(o.kind); }, options);
  for (const std::string random : {"inpaint", "circulant", "gaussian-projection"})
    if (kind == random)
      throw ConfigError(concat("operator: ", kind,
                               " is drawn at random and cannot have made observed data; state the "
                               "one that did: identity, box, mask, downsample, resize, grayscale"));
  if (const auto* chain = std::get_if<ChainOptions>(&options))
    for (const Json& part : chain->parts) require_observable(read_operator(part));
}

// The first mask among the operators, or nothing.
std::optional<MaskOptions> mask_of(const OperatorOptions& options) {
  if (const auto* mask = std::get_if<MaskOptions>(&options)) return *mask;
  if (const auto* chain = std::get_if<ChainOptions>(&options))
    for (const Json& part : chain->parts)
      if (const auto mask = mask_of(read_operator(part))) return mask;
  return std::nullopt;
}

// The data of one damaged picture as the operator would have produced them, [1, ...].
Tensor observed_values(const Path& file, const Image& image, const ForwardOperator& op,
                       const Tensor& square) {
  const Shape shape = op.measurement_shape();
  if (shape.size() != 3) return op.apply(square.unsqueeze(0));  // some pixels of the picture
  require_not_enlarged(file, image, shape[1]);
  const Tensor small = apply_framing(image.pixels, framing_of(image, shape[1]));
  return (shape[0] == 1 ? small.mean(0, true) : small).unsqueeze(0);
}

Measurement measure_observed(const MeasureOptions& options, Observer& observer) {
  require_observable(options.forward_operator);
  const Shape shape{3, options.size, options.size};
  const std::optional<MaskOptions> mask_options = mask_of(options.forward_operator);
  Tensor whole_mask;  // [H, W], true where seen
  if (mask_options) whole_mask = read_mask(*mask_options, observer).ge(mask_options->threshold);
  Measurement out;
  out.noise = options.noise;
  out.noise_estimated = options.estimate_noise;
  out.observed = true;
  out.seed = options.seed;
  std::vector<Tensor> values;
  std::vector<double> estimates;
  const std::vector<Path> files = files_of(options);
  const std::vector<std::string> names = image_names(files);
  for (const Path& file : files) {
    const Image image = read_reported(file, observer);
    const std::int64_t height = image.pixels.size(1), width = image.pixels.size(2);
    ImageFraming framing = framing_of(image, options.size);
    Tensor square, mask;
    if (whole_mask.defined()) {
      require_not_enlarged(file, image, options.size);
      if (whole_mask.size(0) != height || whole_mask.size(1) != width)
        throw format_error(
            mask_options->file,
            concat("must be a mask of ", width, " x ", height, " pixels, as ", file.string(),
                   " has, but has ", whole_mask.size(1), " x ", whole_mask.size(0)));
      const ObservedSquare seen = frame_observed(image.pixels, whole_mask, framing);
      square = seen.pixels;
      mask = seen.mask;
    } else {
      square = apply_framing(image.pixels, framing);
    }
    std::shared_ptr<const ForwardOperator> op =
        make_operator(options.forward_operator, shape, RandomStreams(options.seed),
                      [&](const MaskOptions&) { return mask; });
    if (out.forward_operator && mask.defined() &&
        !torch::equal(out.forward_operator->state().begin()->second, op->state().begin()->second))
      throw ConfigError(concat(file.string(),
                               ": images of one measurement must share their mask, but its size "
                               "differs from that of the first; measure it by itself"));
    out.forward_operator = op;
    if (op->measurement_shape().size() == 3)
      framing = framing_of(image, op->measurement_shape()[1]);
    else if (!mask.defined())
      require_not_enlarged(file, image, options.size);
    report_framing(file, framing, observer);
    values.push_back(observed_values(file, image, *op, square));
    if (options.estimate_noise) {
      const bool picture = values.back().dim() == 4;
      if (!picture && !mask.defined()) mask = op->state().at("mask");
      estimates.push_back(
          estimate_noise_std(picture ? values.back()[0] : square, picture ? Tensor() : mask));
    }
    out.images.push_back({names[out.images.size()], framing});
  }
  out.values = torch::cat(values);
  if (options.estimate_noise) {
    double sum = 0;
    for (const double sigma : estimates) sum += sigma * sigma;
    const double sigma = std::sqrt(sum / static_cast<double>(estimates.size()));
    out.noise = GaussianNoiseOptions{sigma};
    observer.on_message(
        concat("sigma is not stated; estimated from differences of neighbouring pixels as ", sigma,
               " (fine detail counts as noise, so the truth may be lower)"));
  }
  return out;
}

}  // namespace

Measurement measure(const MeasureOptions& options, Observer& observer) {
  validate(options);
  for (const Path& file : files_of(options)) require_other_file(options.output, {file.string()});
  if (const auto mask = mask_of(options.forward_operator))
    require_other_file(options.output, {mask->file});
  if (options.observed) return measure_observed(options, observer);
  if (options.estimate_noise)
    throw ConfigError(
        "estimate_noise must be false without observed, since the noise is added here, but is "
        "true");
  return measure_references(options, observer);
}

}  // namespace sgilo
