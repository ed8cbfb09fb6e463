#include "sgilo/data/codecs/decoded_picture.h"

#include "sgilo/data/image_io.h"

namespace sgilo {
namespace {
constexpr std::uint64_t kMostBytesPerPixel = 16;  // twice those of 16 bits in four channels
// A picture of one colour takes few bytes in any format, and 12 bytes of memory for each pixel: a small
// file is not given all of it.
constexpr std::uint64_t kFreePixels = 1 << 24, kPixelsPerByte = 64;
}  // namespace

void require_picture_size(ImageSource& source, std::int64_t width, std::int64_t height) {
  if (width <= 0 || height <= 0)
    throw source.error(concat("has no pixels (", width, " x ", height, ")"));
  if (height > kMostPixels / width)
    throw source.error(concat("has ", width, " x ", height, " pixels, but at most ",
                              kMostPixels / 1'000'000, " megapixels are accepted"));
  const std::uint64_t most = kFreePixels + kPixelsPerByte * source.size();
  if (static_cast<std::uint64_t>(width * height) > most)
    throw source.error(concat("has ", width, " x ", height, " pixels, but at most ", most,
                              " are accepted of a file of ", source.size(), " bytes"));
  source.set_budget(kFreeBytes + kMostBytesPerPixel * static_cast<std::uint64_t>(width * height));
}

void require_bytes_for(const ImageSource& source, std::uint64_t needed_bytes, std::int64_t width,
                       std::int64_t height) {
  if (source.size() < needed_bytes)
    throw source.error(concat("is damaged: a picture of ", width, " x ", height,
                              " pixels takes at least ", needed_bytes, " bytes, but it has ",
                              source.size()));
}

}  // namespace sgilo
