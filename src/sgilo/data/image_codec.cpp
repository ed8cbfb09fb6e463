#include "sgilo/data/image_codec.h"

#include "sgilo/data/image_format.h"

#ifdef SGILO_WITH_IMAGES
#include "sgilo/data/codecs/colour_profile.h"
#include "sgilo/data/codecs/jpeg_codec.h"
#include "sgilo/data/codecs/png_codec.h"
#include "sgilo/data/codecs/tiff_codec.h"
#include "sgilo/data/codecs/webp_codec.h"
#endif

namespace sgilo {
namespace {

ImageFormat format_of(ImageSource& source) {
  const std::string start = source.start(kFormatBytes);
  const std::optional<ImageFormat> format = image_format_of(start);
  if (!format) throw source.error(why_no_image(start));
  return *format;
}

}  // namespace

#ifdef SGILO_WITH_IMAGES
namespace {

DecodedPicture decode_picture(ImageSource& source) {
  switch (format_of(source)) {
    case ImageFormat::png:
      return decode_png(source);
    case ImageFormat::jpeg:
      return decode_jpeg(source);
    case ImageFormat::webp:
      return decode_webp(source);
    default:
      return decode_tiff(source);
  }
}

}  // namespace

DecodedImage decode_image(ImageSource& source) {
  DecodedPicture picture = decode_picture(source);
  const int colours = colours_of(picture.model);
  DecodedImage image;
  Tensor planes = picture.planes.slice(0, 0, colours);
  if (picture.has_opacity) image.opacity = picture.planes.slice(0, colours);
  image.is_premultiplied = picture.is_premultiplied;
  if (image.is_premultiplied && (!picture.profile.empty() || picture.model == ColourModel::cmyk)) {
    planes = (planes / image.opacity.clamp_min(1.0F / 65535)).clamp_max(1);
    image.is_premultiplied = false;
  }
  ConvertedColours converted =
      converted_to_srgb(planes.contiguous(), picture.model, picture.profile);
  image.planes = converted.planes;
  image.orientation = picture.orientation;
  image.warnings = std::move(picture.warnings);
  if (!converted.problem.empty())
    image.warnings.push_back(converted.problem + " and was left aside");
  if (picture.model == ColourModel::cmyk && (picture.profile.empty() || !converted.problem.empty()))
    image.warnings.emplace_back(
        "its CMYK colours were converted without a profile, which is only roughly right");
  return image;
}

std::string encode_png_samples(const Tensor& samples) { return encode_png_bytes(samples); }

#else

namespace {
constexpr const char* kNoImages =
    "this build has no image formats; configure it with -DSGILO_IMAGES=ON";
}

DecodedImage decode_image(ImageSource& source) {
  format_of(source);
  throw ConfigError(concat(source.path().string(), ": ", kNoImages));
}

std::string encode_png_samples(const Tensor&) { throw ConfigError(kNoImages); }

#endif

}  // namespace sgilo
