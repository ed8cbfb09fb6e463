#include "sgilo/data/image_io.h"

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

Image image_of(ImageSource& source, Transparency transparency) {
  DecodedImage decoded = decode_image(source);
  const std::string name = is_standard_stream(source.path()) ? "stdin" : source.path().string();
  Image image;
  for (const std::string& warning : decoded.warnings)
    image.warnings.push_back(concat(name, ": ", warning));
  Tensor planes = decoded.planes;
  if (decoded.opacity.defined() && decoded.opacity.min().item<float>() < 1) {
    const Tensor& opacity = decoded.opacity;
    planes = (decoded.is_premultiplied ? planes : planes * opacity) + (1 - opacity);
    planes.clamp_max_(1);  // premultiplied colours above their opacity
    image.opacity = oriented(opacity, decoded.orientation)[0];
    if (transparency == Transparency::warned_of)
      image.warnings.push_back(concat(name, ": its transparent parts were laid over white"));
  }
  planes = oriented(planes.mul_(2).sub_(1), decoded.orientation);
  image.pixels = planes.expand({3, -1, -1}).contiguous();
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
  return image.opacity.defined() ? image.opacity : (image.pixels.mean(0) + 1) / 2;
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
