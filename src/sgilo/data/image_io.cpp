#include "sgilo/data/image_io.h"

#include <algorithm>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/image_codec.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;  // bytes

// Parts of the picture as EXIF turns it: from `orientation` 5 on rows and columns are exchanged
// first. `height` and `width` are those of the result.
PictureParts turned(PictureParts stored, int orientation, std::int64_t height, std::int64_t width) {
  if (orientation == 1) return stored;
  const bool exchanges = orientation >= 5;
  const bool flips_columns =
      orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool flips_rows =
      orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  return [=, stored = std::move(stored)](PicturePart part) {
    if (flips_columns) part.left = width - part.left - part.columns;
    if (flips_rows) part.top = height - part.top - part.rows;
    Tensor result = exchanges
                        ? stored({part.left, part.top, part.columns, part.rows}).transpose(1, 2)
                        : stored(part);
    if (flips_columns) result = result.flip(2);
    if (flips_rows) result = result.flip(1);
    return result.contiguous();
  };
}

PictureParts over_white(const DecodedImage& decoded) {
  return [colours = decoded.colours, opacity = decoded.opacity,
          is_premultiplied = decoded.is_premultiplied](const PicturePart& part) {
    Tensor planes = colours(part);
    if (opacity) {
      const Tensor opaque = opacity(part);
      planes = (is_premultiplied ? planes : planes * opaque) + (1 - opaque);
      planes.clamp_max_(1);  // premultiplied colours above their opacity
    }
    return planes.mul_(2).sub_(1).expand({3, -1, -1}).contiguous();
  };
}

Image image_of(ImageSource& source, Transparency transparency) {
  const DecodedImage decoded = decode_image(source);
  const std::string name = is_standard_stream(source.path()) ? "stdin" : source.path().string();
  Image image;
  image.height = decoded.orientation >= 5 ? decoded.width : decoded.height;
  image.width = decoded.orientation >= 5 ? decoded.height : decoded.width;
  const auto turn = [&](PictureParts parts) {
    return turned(std::move(parts), decoded.orientation, image.height, image.width);
  };
  image.pixels = turn(over_white(decoded));
  if (decoded.opacity) image.opacity = turn(decoded.opacity);
  for (const std::string& warning : decoded.warnings)
    image.warnings.push_back(concat(name, ": ", warning));
  if (decoded.opacity && transparency == Transparency::warned_of)
    image.warnings.push_back(concat(name, ": its transparent parts were laid over white"));
  return image;
}

}  // namespace

Image read_image(const std::filesystem::path& path, Transparency transparency) {
  const InputFile file(path, kLargestFile);
  if (file.size() > kLargestFile)
    throw format_error(
        path, concat("has ", file.size(), " bytes, but at most ", kLargestFile, " are accepted"));
  ImageSource source(file);
  return image_of(source, transparency);
}

Image decode_image(std::string_view bytes, const std::filesystem::path& path,
                   Transparency transparency) {
  ImageSource source(bytes, path);
  return image_of(source, transparency);
}

Tensor mask_values(const Image& image) {
  constexpr std::int64_t kMostColumns = 1 << 13, kPixels = 1 << 20;  // at once
  const std::int64_t columns = std::min(kMostColumns, image.width), rows = kPixels / columns;
  const Tensor mask = torch::empty({image.height, image.width});
  for (std::int64_t top = 0; top < image.height; top += rows)
    for (std::int64_t left = 0; left < image.width; left += columns) {
      const PicturePart part{top, left, std::min(rows, image.height - top),
                             std::min(columns, image.width - left)};
      mask.narrow(0, top, part.rows)
          .narrow(1, left, part.columns)
          .copy_(image.opacity ? image.opacity(part)[0] : (image.pixels(part).mean(0) + 1) / 2);
    }
  return mask;
}

SquareImage read_square_image(const std::filesystem::path& path, std::int64_t size) {
  Image image = read_image(path);
  const ImageFraming framing = center_square(image.height, image.width, size);
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
