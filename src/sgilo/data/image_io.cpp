#include "sgilo/data/image_io.h"

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/image_codec.h"
#include "sgilo/data/image_header.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;  // bytes

// `orientation` of EXIF 1 to 8: from 5 on rows and columns are exchanged first.
Tensor oriented(const Tensor& picture, int orientation) {
  Tensor result = orientation >= 5 ? picture.transpose(1, 2) : picture;
  const bool flips_columns =
      orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool flips_rows =
      orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  if (flips_columns) result = result.flip(2);
  if (flips_rows) result = result.flip(1);
  return result.contiguous();
}

}  // namespace

Image read_image(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, kLargestFile);
  const ImageHeader header = read_image_header(bytes, path);
  if (header.height == 0 || header.width == 0)
    throw format_error(path, concat("has no pixels (", header.width, " x ", header.height, ")"));
  if (header.height > kMostPixels / header.width)
    throw format_error(path,
                       concat("has ", header.width, " x ", header.height, " pixels, but at most ",
                              kMostPixels / 1'000'000, " megapixels are accepted"));
  Tensor planes = decode_image(bytes, path);
  Image image;
  if (header.has_more_pages)
    image.warnings.push_back(concat(path.string(), ": only the first of its pages was read"));
  if (planes.size(0) == 4) {
    const Tensor opacity = planes.slice(0, 3, 4);
    planes = planes.slice(0, 0, 3);
    if (opacity.min().item<float>() < 1) {
      planes = (header.is_premultiplied ? planes : planes * opacity) + (1 - opacity);
      image.warnings.push_back(
          concat(path.string(), ": its transparent parts were laid over white"));
    }
  }
  image.pixels = oriented(planes.expand({3, -1, -1}) * 2 - 1, header.orientation);
  return image;
}

SquareImage read_square_image(const std::filesystem::path& path, std::int64_t size) {
  Image image = read_image(path);
  const ImageFraming framing = center_square(image.pixels.size(1), image.pixels.size(2), size);
  return {apply_framing(image.pixels, framing), framing, std::move(image.warnings)};
}

std::string encode_png(const Tensor& picture) {
  if (picture.dim() != 3 || (picture.size(0) != 1 && picture.size(0) != 3) || picture.numel() == 0)
    throw ConfigError(concat("a picture must have shape [1 or 3, height, width], but has ",
                             shape_text(picture.sizes())));
  const Tensor values = picture.detach().cpu().to(torch::kFloat32);
  require_finite("the picture", values);
  return encode_png_samples(
      ((values.clamp(-1, 1) + 1) * 127.5).round().to(torch::kUInt8).contiguous());
}

void write_png(const std::filesystem::path& path, const Tensor& picture) {
  write_file_atomically(path, encode_png(picture));
}

}  // namespace sgilo
