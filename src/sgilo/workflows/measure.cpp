#include "sgilo/workflows/measure.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sgilo/core/shape.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/output_name.h"
#include "sgilo/operators/noise_estimate.h"
#include "sgilo/runs/measurement_note.h"

namespace sgilo {
namespace {

using Path = std::filesystem::path;

std::vector<Path> inputs_of(const MeasureOptions& options) {
  return {options.images.begin(), options.images.end()};
}

std::vector<Path> files_of(const MeasureOptions& options, Observer& observer) {
  if (options.images.empty()) throw ConfigError("images must name at least one file, but is []");
  return image_files(inputs_of(options), observer, options.strict);
}

void require_picture(const Path& file) {
  require_kind(file, "measure takes images", {FileKind::image, FileKind::array});
}

void report_warnings(const Image& image, Observer& observer) {
  for (const std::string& warning : image.warnings) observer.on_warning(warning);
}

std::optional<Image> read_input(const Path& file, const MeasureOptions& options,
                                Transparency transparency, Observer& observer) {
  require_picture(file);
  std::optional<Image> image =
      read_listed(file, inputs_of(options), observer, options.strict, transparency);
  if (image) report_warnings(*image, observer);
  return image;
}

// The images that were measured, named; throws FormatError when all were left out.
std::vector<MeasuredImage> named_images(const std::vector<Path>& files,
                                        const std::vector<ImageFraming>& framings,
                                        const MeasureOptions& options) {
  require_sound_images(files, inputs_of(options));
  std::vector<MeasuredImage> images;
  for (std::string& name : image_names(files))
    images.push_back({std::move(name), framings[images.size()]});
  return images;
}

// [H, W] in [0, 1]: the opacity of a file that has transparent parts, else its brightness. Warns of
// greys, unless a threshold is stated for them: a few come from smoothed edges and JPEG, many from a
// file that is no mask.
Tensor read_mask(const MaskOptions& options, Observer& observer) {
  require_picture(options.file);
  const Image image = read_image(options.file, Transparency::looked_at);
  report_warnings(image, observer);
  const Tensor mask = mask_values(image);
  if (image.opacity) observer.on_message(concat(options.file, ": its opacity is the mask"));
  const double grey =
      static_cast<double>(
          mask.gt(0.05).logical_and_(mask.lt(0.95)).count_nonzero().item<std::int64_t>()) /
      static_cast<double>(mask.numel());
  if (grey > 0.01 && options.threshold == MaskOptions{}.threshold)
    observer.on_warning(concat(options.file, ": a mask is black and white, but ",
                               std::lround(100 * grey),
                               " % of its pixels are grey; from mid-grey on they count as seen"));
  return mask;
}

// A mask that hides everything is refused by its operator; one that hides nothing is a mistake too.
void warn_of_idle_mask(const MaskOptions& options, const Tensor& seen, Observer& observer) {
  if (seen.all().item<bool>())
    observer.on_warning(concat(options.file, ": this mask hides nothing, all of its ", seen.numel(),
                               " pixels count as seen"));
}

ImageFraming framing_of(const Image& image, std::int64_t size) {
  return center_square(image.height, image.width, size);
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

// Unseen are pixels outside of the mask, true where seen, and those that are not wholly opaque.
ObservedSquare frame_observed(const Image& image, const Tensor& mask, const ImageFraming& framing) {
  const auto seen = [&](const PicturePart& part) {
    const Tensor here =
        mask.narrow(0, part.top, part.rows).narrow(1, part.left, part.columns).unsqueeze(0);
    return image.opacity ? here.logical_and(image.opacity(part).ge(1)) : here;
  };
  const Tensor coverage = apply_framing(
      [&](const PicturePart& part) { return seen(part).to(torch::kFloat32); }, framing);
  const Tensor sum = apply_framing(
      [&](const PicturePart& part) {
        const Tensor pixels = image.pixels(part);
        return torch::where(seen(part), pixels, torch::zeros_like(pixels));
      },
      framing);
  return {sum / coverage.clamp_min(1e-6), coverage.squeeze(0).ge(0.5).to(torch::kFloat32)};
}

void require_not_enlarged(const Path& file, const Image& image, std::int64_t size) {
  if (std::min(image.height, image.width) < size)
    throw ConfigError(concat(file.string(), ": observed data must have at least ", size, " x ",
                             size, " pixels here, but have ", image.width, " x ", image.height));
}

// A noise that is not stated is added with the default to references, and estimated in observed
// data.
void require_one_noise(const MeasureOptions& options) {
  if (options.noise && options.observed && options.estimate_noise)
    throw ConfigError(
        "noise must not be stated beside estimate_noise, which finds sigma in the data");
  if (options.estimate_noise && !options.observed)
    throw ConfigError(
        "estimate_noise must be false without observed, since the noise is added here, but is "
        "true");
  if (options.noise) make_noise(*options.noise);  // refuses what is out of range
}

Measurement measure_references(const MeasureOptions& options, const std::vector<Path>& files,
                               Observer& observer) {
  std::vector<Tensor> pictures;
  std::vector<Path> read;
  std::vector<ImageFraming> framings;
  for (const Path& file : files) {
    const auto image = read_input(file, options, Transparency::warned_of, observer);
    if (!image) continue;
    const ImageFraming framing = framing_of(*image, options.size);
    report_framing(file, framing, observer);
    pictures.push_back(apply_framing(image->pixels, framing));
    read.push_back(file);
    framings.push_back(framing);
  }
  std::vector<MeasuredImage> images = named_images(read, framings, options);
  std::vector<std::pair<MaskOptions, Tensor>> masks;
  Measurement measurement = measure_pictures(
      torch::stack(pictures), std::move(images), options.forward_operator,
      options.noise.value_or(NoiseOptions{}), options.seed, {[&](const MaskOptions& mask) {
        masks.emplace_back(mask, read_mask(mask, observer));
        return masks.back().second;
      }});
  for (const auto& [mask, values] : masks)
    warn_of_idle_mask(mask, values.ge(mask.threshold), observer);
  return measurement;
}

bool observable(const OperatorTraits& traits) {
  return !traits.drawn_at_random && traits.observed_file != ObservedFile::none;
}

// "identity, box, ...": the kinds that can have made observed data by themselves.
template <class... Kinds>
std::string observable_kinds(const std::variant<Kinds...>&) {
  std::vector<std::string> kinds;
  const auto list = [&]<class S>(const S*) {
    if constexpr (requires { S::traits; })  // a chain's are those of its parts
      if (observable(S::traits)) kinds.emplace_back(S::kind);
  };
  (list(static_cast<const Kinds*>(nullptr)), ...);
  return join(kinds, ", ");
}

void require_observable(const OperatorOptions& options) {
  for (const OperatorOptions& part : parts_of(options)) {
    const OperatorTraits traits = traits_of(part);
    if (observable(traits)) continue;
    throw ConfigError(concat(
        "operator: ", std::visit([](const auto& own) { return own.kind; }, part),
        traits.drawn_at_random ? " is drawn at random" : " measures no picture",
        " and cannot have made observed data; state the one that did: ", observable_kinds(part)));
  }
}

// The first mask among the operators, or nothing.
std::optional<MaskOptions> mask_of(const OperatorOptions& options) {
  for (const OperatorOptions& part : parts_of(options))
    if (const auto* mask = std::get_if<MaskOptions>(&part)) return *mask;
  return std::nullopt;
}

// One channel of a picture: a grey one is there as it is, a coloured one is reduced as the operator
// grayscale reduces it. [3, H, W] -> [1, H, W].
Tensor grey_of(const Path& file, const Tensor& picture, Observer& observer) {
  const Tensor first = picture.slice(0, 0, 1);
  if (torch::equal(first.expand_as(picture), picture)) return first;
  observer.on_message(
      concat(file.string(), ": has colours, which the operator grayscale reduced to grey"));
  return Grayscale({}, picture.sizes().vec()).apply(picture.unsqueeze(0))[0];
}

// The data of one damaged picture as the operator would have produced them, [1, ...].
Tensor observed_values(const Path& file, const Image& image, const ForwardOperator& op,
                       ObservedFile observed, const Tensor& square, Observer& observer) {
  if (observed == ObservedFile::image) return op.apply(square.unsqueeze(0));
  const Shape shape = op.measurement_shape();
  require_not_enlarged(file, image, shape[1]);
  const ImageFraming framing = framing_of(image, shape[1]);
  if (shape[1] < op.image_shape()[1] && framing.kernel != ResizeKernel::none)
    observer.on_warning(concat(file.string(), ": the operator's data have ", shape[2], " x ",
                               shape[1], " pixels, but its square has ", framing.side, " x ",
                               framing.side, " and was shrunk by means of areas instead"));
  const Tensor small = apply_framing(image.pixels, framing);
  return (shape[0] == 1 ? grey_of(file, small, observer) : small).unsqueeze(0);
}

// [H, W], 1 where the operator looks at a pixel and 0 elsewhere.
Tensor seen_pixels(const ForwardOperator& op) {
  const Tensor ones = torch::ones(op.measurement_shape()).unsqueeze(0);
  return op.adjoint(ones)[0].abs().sum(0).ne(0).to(torch::kFloat32);
}

// Transparent pixels are no data; here they count as such, since the operator looks at them.
void warn_of_transparent_data(const Path& file, const Image& image, const ImageFraming& framing,
                              const Tensor& seen, Observer& observer) {
  if (!image.opacity) return;
  const Tensor hidden = apply_framing(image.opacity, framing)[0].lt(1 - 1e-6);
  const Tensor counted = seen.defined() ? hidden.logical_and(seen.gt(0)) : hidden;
  const auto count = counted.sum().item<std::int64_t>();
  if (count > 0)
    observer.on_warning(concat(file.string(), ": ", count, " of its ", hidden.numel(),
                               " pixels are transparent, but count as data, laid over white; the "
                               "operator mask:file=",
                               file.string(), " leaves them out"));
}

// The observed pictures of one measurement, one after the other. They share one operator, and so the
// pixels that are seen.
class ObservedPictures {
 public:
  ObservedPictures(const MeasureOptions& options, Observer& observer)
      : options_(options),
        observer_(observer),
        file_(traits_of(options.forward_operator).observed_file),
        mask_options_(mask_of(options.forward_operator)) {
    if (!mask_options_) return;
    whole_mask_ = read_mask(*mask_options_, observer).ge(mask_options_->threshold);
  }

  void add(const Path& file, const Image& image) {
    ImageFraming framing = framing_of(image, options_.size);
    const ObservedSquare square = square_of(file, image, framing);
    set_operator(file, square.mask);
    if (file_ == ObservedFile::measurement)
      framing = framing_of(image, operator_->measurement_shape()[1]);
    else if (!square.mask.defined())
      require_not_enlarged(file, image, options_.size);
    report_framing(file, framing, observer_);
    values_.push_back(observed_values(file, image, *operator_, file_, square.pixels, observer_));
    if (!square.mask.defined())
      warn_of_transparent_data(file, image, framing,
                               file_ == ObservedFile::image ? seen_pixels(*operator_) : Tensor(),
                               observer_);
    if (!options_.noise) estimates_.push_back(noise_of_last(square));
    read_.push_back(file);
    framings_.push_back(framing);
  }

  Measurement measurement() const {
    Measurement out;
    out.forward_operator = operator_;
    out.observed = true;
    out.seed = options_.seed;
    out.images = named_images(read_, framings_, options_);
    if (mask_options_) warn_of_idle_mask(*mask_options_, whole_mask_, observer_);
    out.values = torch::cat(values_);
    out.noise_estimated = !options_.noise;
    out.noise = options_.noise ? *options_.noise : estimated_noise();
    return out;
  }

 private:
  // Without a mask: all of the square, and no mask.
  ObservedSquare square_of(const Path& file, const Image& image,
                           const ImageFraming& framing) const {
    if (!whole_mask_.defined()) return {apply_framing(image.pixels, framing), {}};
    require_not_enlarged(file, image, options_.size);
    if (whole_mask_.size(0) != image.height || whole_mask_.size(1) != image.width)
      throw format_error(
          mask_options_->file,
          concat("must be a mask of ", image.width, " x ", image.height, " pixels, as ",
                 file.string(), " has, but has ", whole_mask_.size(1), " x ", whole_mask_.size(0)));
    return frame_observed(image, whole_mask_, framing);
  }

  void set_operator(const Path& file, const Tensor& mask) {
    std::shared_ptr<const ForwardOperator> made =
        make_operator(options_.forward_operator, {3, options_.size, options_.size},
                      RandomStreams(options_.seed), {[&](const MaskOptions&) { return mask; }});
    if (operator_ && mask.defined() &&
        !torch::equal(operator_->state().begin()->second, made->state().begin()->second))
      throw ConfigError(concat(file.string(),
                               ": images of one measurement must share the pixels that are seen, "
                               "but its own differ from those of the first; measure it by itself"));
    operator_ = made;
  }

  double noise_of_last(const ObservedSquare& square) const {
    if (file_ == ObservedFile::measurement) return estimate_noise_std(values_.back()[0], {});
    return estimate_noise_std(square.pixels,
                              square.mask.defined() ? square.mask : seen_pixels(*operator_));
  }

  NoiseOptions estimated_noise() const {
    double sum = 0;
    for (const double sigma : estimates_) sum += sigma * sigma;
    const double sigma = std::sqrt(sum / static_cast<double>(estimates_.size()));
    observer_.on_message(
        concat("sigma is not stated; estimated from differences of neighbouring pixels as ", sigma,
               " (fine detail counts as noise, so the truth may be lower)"));
    return GaussianNoiseOptions{sigma};
  }

  const MeasureOptions& options_;
  Observer& observer_;
  ObservedFile file_;
  std::optional<MaskOptions> mask_options_;
  Tensor whole_mask_;  // [H, W]; true where seen
  std::shared_ptr<const ForwardOperator> operator_;
  std::vector<Tensor> values_;
  std::vector<double> estimates_;
  std::vector<Path> read_;
  std::vector<ImageFraming> framings_;
};

Measurement measure_observed(const MeasureOptions& options, const std::vector<Path>& files,
                             Observer& observer) {
  require_observable(options.forward_operator);
  ObservedPictures pictures(options, observer);
  for (const Path& file : files)
    if (const auto image = read_input(file, options, Transparency::looked_at, observer))
      pictures.add(file, *image);
  return pictures.measurement();
}

}  // namespace

Measurement take_measurement(const MeasureOptions& options, Observer& observer) {
  validate(options);
  require_one_noise(options);
  const std::vector<Path> files = files_of(options, observer);
  for (const Path& file : files) require_other_file(options.output, {file.string()});
  if (const auto mask = mask_of(options.forward_operator))
    require_other_file(options.output, {mask->file});
  require_file_ending("output", options.output, {".safetensors"});
  if (!options.observed) return measure_references(options, files, observer);
  Measurement measurement = measure_observed(options, files, observer);
  if (const std::string note = measurement_note(measurement); !note.empty())
    observer.on_message(note);
  return measurement;
}

Measurement measure(const MeasureOptions& options, Observer& observer) {
  Measurement measurement = take_measurement(options, observer);
  write_measurement(options.output, measurement);
  return measurement;
}

std::string describe(const Measurement& measurement) {
  return concat(measurement.count(), " image(s), ", measurement.forward_operator->describe(), ", ",
                measurement.noise_model()->describe(),
                measurement.noise_estimated ? " (sigma estimated)" : "", ": ",
                measurement.scalars(), " numbers of each image ",
                shape_text(measurement.forward_operator->image_shape()));
}

}  // namespace sgilo
