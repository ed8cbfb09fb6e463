#ifdef SGILO_WITH_IMAGES
#include "sgilo/data/codecs/jpeg_codec.h"

#include <gtest/gtest.h>

#include "data/sample_images.h"
#include "sgilo/data/image_io.h"
#include "support/all_pixels.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

std::string complaint(const std::string& bytes) {
  return error_text<FormatError>([&] { decode_image(bytes, "a.jpg"); });
}

// A file whose frame header has another marker and precision.
std::string with_frame(int marker, int bits) {
  std::string bytes = sample::jpeg(sample::colours(8, 8));
  const std::size_t frame = bytes.find("\xff\xc0");
  bytes[frame + 1] = static_cast<char>(marker);
  bytes[frame + 4] = static_cast<char>(bits);
  return bytes;
}

TEST(JpegCodec, NamesTheKindsThatItDoesNotRead) {
  const std::string accepted = ", but baseline and progressive JPEG of 8 bits is accepted";
  EXPECT_EQ(complaint(with_frame(0xc1, 12)),
            "a.jpg: is a JPEG image of 12 bits per sample" + accepted);
  EXPECT_EQ(complaint(with_frame(0xc3, 8)), "a.jpg: is a lossless JPEG image" + accepted);
  EXPECT_EQ(complaint(with_frame(0xc5, 8)), "a.jpg: is a hierarchical JPEG image" + accepted);
  EXPECT_EQ(complaint(with_frame(0xf7, 8)), "a.jpg: is a JPEG-LS image" + accepted);
  EXPECT_EQ(complaint(sample::jpeg(sample::colours(8, 8), {.arithmetic = true})),
            "a.jpg: is a JPEG image of arithmetic coding" + accepted);
}

TEST(JpegCodec, InvertsTheInkOfAdobeAndRefusesCmykWithoutItsMarker) {
  // Adobe stores 255 - ink: a red of no cyan and full magenta and yellow.
  const sample::Picture red = sample::filled(8, 8, {255, 0, 0, 255});
  const Image image = decode_image(sample::jpeg(red, {.quality = 100}), "a.jpg");
  EXPECT_EQ(image.warnings, std::vector<std::string>{
                                "a.jpg: its CMYK colours were converted without a profile, which "
                                "is only roughly right"});
  const Tensor found = all_pixels(image).select(1, 4).select(1, 4);
  EXPECT_LE((found - torch::tensor({1.0F, -1.0F, -1.0F})).abs().max().item<double>(), 0.02);
  EXPECT_EQ(complaint(sample::jpeg(red, {.adobe = false})),
            "a.jpg: is a CMYK JPEG image without Adobe's marker, which leaves open whether 0 or "
            "255 is full ink; save it as RGB");
}

TEST(JpegCodec, RefusesASecondFrameHeader) {
  const std::string bytes = sample::jpeg(sample::colours(8, 8));
  const std::size_t frame = bytes.find("\xff\xc0");
  const std::string header = bytes.substr(frame, 19);
  EXPECT_EQ(complaint(bytes.substr(0, frame) + header + bytes.substr(frame)),
            "a.jpg: is damaged: it has two frame headers");
  const std::string late =
      bytes.substr(0, bytes.size() - 2) + header + bytes.substr(bytes.size() - 2);
  EXPECT_EQ(complaint(late), "a.jpg: is damaged: it has two frame headers");
}

TEST(JpegCodec, RefusesDataThatEndBeforeThePictureDoes) {
  const std::string bytes = sample::jpeg(sample::colours(64, 64));
  EXPECT_EQ(complaint(bytes.substr(0, bytes.size() / 2) + "\xff\xd9"),
            "a.jpg: is damaged: parts of its picture are missing");
}

// The last scan again and again.
std::string with_scans(const std::string& bytes, int count) {
  const std::size_t last = bytes.rfind("\xff\xda");
  std::string many = bytes.substr(0, bytes.size() - 2);
  for (int i = 0; i < count; ++i) many += bytes.substr(last, bytes.size() - 2 - last);
  return many + "\xff\xd9";
}

TEST(JpegCodec, RefusesMoreScansThanEncodersMake) {
  const std::string bytes = sample::jpeg(sample::colours(8, 8), {.progressive = true});
  EXPECT_EQ(complaint(with_scans(bytes, 100)),
            "a.jpg: has more than 64 scans, the most that are accepted of 8 x 8 pixels");
}

TEST(JpegCodec, AcceptsFewerScansOfALargerPicture) {
  const std::string bytes = sample::jpeg(sample::filled(2048, 4096, {90}), {.progressive = true});
  EXPECT_EQ(complaint(bytes), "");
  EXPECT_EQ(complaint(with_scans(bytes, 40)),
            "a.jpg: has more than 32 scans, the most that are accepted of 4096 x 2048 pixels");
}

}  // namespace
}  // namespace sgilo
#endif
