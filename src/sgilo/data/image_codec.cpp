#include "sgilo/data/image_codec.h"

#include "sgilo/data/image_format.h"

#ifdef SGILO_WITH_IMAGES
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
  const auto picture = std::make_shared<const DecodedPicture>(decode_picture(source));
  const ColourConversion& conversion = picture->conversion;
  // What is converted is a colour that is not multiplied.
  const bool is_divided = picture->is_premultiplied && conversion.to_srgb;
  DecodedImage image;
  image.height = picture->height;
  image.width = picture->width;
  image.colours = [picture, is_divided](const PicturePart& part) {
    Tensor colours = colours_of(*picture, part);
    if (is_divided)
      colours = (colours / opacity_of(*picture, part).clamp_min(1.0F / 65535)).clamp_max(1);
    return picture->conversion.to_srgb ? picture->conversion.to_srgb(colours) : colours;
  };
  if (is_transparent(*picture))
    image.opacity = [picture](const PicturePart& part) { return opacity_of(*picture, part); };
  image.is_premultiplied = picture->is_premultiplied && !is_divided;
  image.orientation = picture->orientation;
  image.warnings = picture->warnings;
  if (!conversion.problem.empty())
    image.warnings.push_back(conversion.problem + " and was left aside");
  if (conversion.is_rough)
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
