#include "sgilo/data/codecs/decoded_picture.h"

#include <algorithm>
#include <limits>

#include "sgilo/data/image_io.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kMostBytesPerPixel = 16;  // twice those of 16 bits in four channels
// A picture of one colour takes few bytes in any format: a small file is given samples of 48 MiB, 12
// megapixels with opacity, and 32 bytes for each of its own. That bounds memory and time.
constexpr std::uint64_t kFreeSamples = 48 << 20, kSamplesPerByte = 32;

// What a pixel takes, in bytes of samples: grey becomes three channels, and slow colours take the time
// of eight.
std::uint64_t weight_of(const DecodedPicture& picture) {
  const std::uint64_t bytes = picture.row_bytes() / static_cast<std::uint64_t>(picture.width);
  return std::max<std::uint64_t>(picture.conversion.is_slow ? 8 : 3, bytes);
}

template <class T>
const T* samples_of(const DecodedPicture& picture) {
  return reinterpret_cast<const T*>(picture.samples.data());
}

template <class T>
Tensor planes_of(const DecodedPicture& picture, int first, int count, const PicturePart& part) {
  constexpr auto kLargest = static_cast<float>(std::numeric_limits<T>::max());
  const int channels = picture.channels();
  const Tensor planes = torch::empty({count, part.rows, part.columns});
  float* out = planes.data_ptr<float>();
  for (int c = first; c < first + count; ++c)
    for (std::int64_t y = part.top; y < part.top + part.rows; ++y) {
      const T* in = samples_of<T>(picture) + (y * picture.width + part.left) * channels + c;
      for (std::int64_t x = 0; x < part.columns; ++x, in += channels)
        *out++ = static_cast<float>(*in) / kLargest;
    }
  return planes;
}

Tensor planes_of(const DecodedPicture& picture, int first, int count, const PicturePart& part) {
  return picture.is_wide ? planes_of<std::uint16_t>(picture, first, count, part)
                         : planes_of<std::uint8_t>(picture, first, count, part);
}

template <class T>
bool is_transparent(const DecodedPicture& picture) {
  const auto channels = static_cast<std::size_t>(picture.channels());
  const T* samples = samples_of<T>(picture);
  for (std::size_t i = channels - 1; i < picture.samples.size() / sizeof(T); i += channels)
    if (samples[i] < std::numeric_limits<T>::max()) return true;
  return false;
}

}  // namespace

void require_picture_size(ImageSource& source, std::int64_t width, std::int64_t height) {
  if (width <= 0 || height <= 0)
    throw source.error(concat("has no pixels (", width, " x ", height, ")"));
  if (height > kMostPixels / width)
    throw source.error(concat("has ", width, " x ", height, " pixels, but at most ",
                              kMostPixels / 1'000'000, " megapixels are accepted"));
  source.set_budget(kFreeBytes + kMostBytesPerPixel * static_cast<std::uint64_t>(width * height));
}

void require_bytes_for(const ImageSource& source, std::uint64_t needed_bytes, std::int64_t width,
                       std::int64_t height) {
  if (source.size() < needed_bytes)
    throw source.error(concat("is damaged: a picture of ", width, " x ", height,
                              " pixels takes at least ", needed_bytes, " bytes, but it has ",
                              source.size()));
}

void allocate_samples(const ImageSource& source, DecodedPicture& picture) {
  const std::uint64_t most = (kFreeSamples + kSamplesPerByte * source.size()) / weight_of(picture);
  if (static_cast<std::uint64_t>(picture.width * picture.height) > most)
    throw source.error(concat("has ", picture.width, " x ", picture.height, " pixels, but at most ",
                              most, " of its kind are accepted of a file of ", source.size(),
                              " bytes"));
  picture.samples.resize(static_cast<std::size_t>(picture.height) * picture.row_bytes());
}

Tensor colours_of(const DecodedPicture& picture, const PicturePart& part) {
  return planes_of(picture, 0, colours_of(picture.model), part);
}

Tensor opacity_of(const DecodedPicture& picture, const PicturePart& part) {
  return planes_of(picture, colours_of(picture.model), 1, part);
}

bool is_transparent(const DecodedPicture& picture) {
  return picture.has_opacity && (picture.is_wide ? is_transparent<std::uint16_t>(picture)
                                                 : is_transparent<std::uint8_t>(picture));
}

}  // namespace sgilo
