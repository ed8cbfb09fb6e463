#ifdef SGILO_WITH_IMAGES
#include "sgilo/data/codecs/webp_codec.h"

#include <gtest/gtest.h>

#include "data/sample_images.h"
#include "sgilo/data/image_io.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

std::string complaint(const std::string& bytes) {
  return error_text<FormatError>([&] { decode_image(bytes, "a.webp"); });
}

TEST(WebpCodec, RefusesAnimations) {
  EXPECT_EQ(
      complaint(std::string("RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x03\0\0\x03\0\0", 30)),
      "a.webp: is an animated WebP file, which is not read");
}

TEST(WebpCodec, RefusesASizeThatItsFrameContradicts) {
  std::string bytes = sample::extended_webp(sample::colours(8, 8), "", sample::exif(1));
  bytes[24] = '\x30';  // the canvas is 49 wide
  EXPECT_EQ(complaint(bytes), "a.webp: is damaged: its picture cannot be decoded");
}

TEST(WebpCodec, RefusesALargePictureOfAFewBytes) {
  const std::string bytes = sample::webp(sample::filled(4096, 4096, {0, 0, 0}));
  const std::string text = complaint(bytes);
  EXPECT_TRUE(
      text.starts_with("a.webp: is damaged: a picture of 4096 x 4096 pixels takes at least "
                       "4096 bytes, but it has "))
      << text;
}

}  // namespace
}  // namespace sgilo
#endif
