#ifdef SGILO_WITH_IMAGES
#include "sgilo/data/codecs/tiff_codec.h"

#include <gtest/gtest.h>

#include "data/sample_images.h"
#include "sgilo/data/image_io.h"
#include "support/all_pixels.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

Image read(const std::string& bytes) { return decode_image(bytes, "a.tif"); }
std::string complaint(const std::string& bytes) {
  return error_text<FormatError>([&] { read(bytes); });
}

TEST(TiffCodec, ReadsEveryLayoutOfTheSamePictureAlike) {
  for (const bool wide : {false, true})
    for (const int channels : {1, 3}) {
      const sample::Picture picture = sample::colours(37, 53, channels, wide);
      const Tensor expected = sample::pixels_of(picture);
      for (const bool apart : {false, true})
        for (const int tile : {0, 16})
          for (const int compression :
               {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS})
            for (const char* mode : {"wl", "wb", "wb8"}) {
              const bool predicts =
                  compression == COMPRESSION_LZW || compression == COMPRESSION_ADOBE_DEFLATE;
              const Image image = read(sample::tiff(picture, {.mode = mode,
                                                              .apart = apart,
                                                              .tile = tile,
                                                              .rows_per_strip = 5,
                                                              .compression = compression,
                                                              .predictor = predicts ? 2 : 1}));
              EXPECT_TRUE(image.warnings.empty());
              ASSERT_LE((all_pixels(image) - expected).abs().max().item<double>(), 1e-6)
                  << wide << channels << apart << tile << " " << compression << mode;
            }
    }
}

TEST(TiffCodec, ReadsGreyWhoseZeroIsWhite) {
  sample::Picture picture = sample::colours(4, 4, 1, true);
  const Tensor expected = -sample::pixels_of(picture);
  const Image image = read(sample::tiff(picture, {.photometric = PHOTOMETRIC_MINISWHITE}));
  EXPECT_LE((all_pixels(image) - expected).abs().max().item<double>(), 1e-6);
}

TEST(TiffCodec, ReadsFewBitsAndPalettes) {
  const sample::Picture size{1, 8, 1, false, {}};
  const auto levels = [&](const sample::TiffForm& form, const std::string& rows) {
    return (all_pixels(read(sample::tiff(size, form, rows))) + 1) / 2;
  };
  const Tensor bits = torch::tensor({0.F, 1.F, 0.F, 1.F, 1.F, 0.F, 0.F, 1.F});
  EXPECT_TRUE(torch::allclose(levels({.bits = 1}, "\x59")[0][0], bits));
  EXPECT_TRUE(torch::allclose(
      levels({.photometric = PHOTOMETRIC_MINISWHITE, .bits = 1}, "\x59")[0][0], 1 - bits));
  EXPECT_NEAR(levels({.bits = 4}, std::string("\x3f\0\0\0", 4))[2][0][0].item<double>(), 0.2, 1e-6);
  std::vector<std::uint16_t> palette(3 * 256, 0);
  palette[7] = 65535;           // red of index 7
  palette[256 + 7] = 257 * 51;  // green
  std::string indices(8, '\0');
  indices[1] = '\7';
  const Tensor found =
      levels({.photometric = PHOTOMETRIC_PALETTE, .palette = palette}, indices).select(2, 1);
  EXPECT_TRUE(torch::allclose(found.flatten(), torch::tensor({1.0F, 0.2F, 0.0F})));
}

TEST(TiffCodec, ReadsCmykAsInk) {
  for (const bool wide : {false, true}) {
    const auto full = static_cast<std::uint16_t>(wide ? 65535 : 255);
    const Image image = read(sample::tiff(sample::filled(2, 2, {0, full, full, 0}, wide),
                                          {.photometric = PHOTOMETRIC_SEPARATED}));
    EXPECT_EQ(image.warnings.size(), 1U);
    EXPECT_TRUE(torch::allclose(all_pixels(image).select(1, 0).select(1, 0),
                                torch::tensor({1.0F, -1.0F, -1.0F})));
  }
}

TEST(TiffCodec, NamesTheSamplesThatItDoesNotRead) {
  const std::string accepted =
      ", but whole numbers without sign of 1, 2, 4, 8 or 16 bits are accepted";
  const sample::Picture size{2, 2, 1, false, {}};
  const std::string sixteen(16, '\0'), eight(8, '\0');
  EXPECT_EQ(complaint(sample::tiff(size, {.format = SAMPLEFORMAT_IEEEFP, .bits = 32}, sixteen)),
            "a.tif: is a TIFF image of 32-bit floating-point samples" + accepted);
  EXPECT_EQ(complaint(sample::tiff(size, {.format = SAMPLEFORMAT_INT, .bits = 16}, eight)),
            "a.tif: is a TIFF image of 16-bit signed samples" + accepted);
  EXPECT_EQ(complaint(sample::tiff(size, {.bits = 32}, sixteen)),
            "a.tif: is a TIFF image of 1 sample(s) of 32 bits per pixel" + accepted);
}

TEST(TiffCodec, NamesTheLayoutsThatItDoesNotRead) {
  const sample::Picture three = sample::colours(4, 4, 3);
  EXPECT_EQ(complaint(sample::tiff(three, {.photometric = PHOTOMETRIC_MINISBLACK, .apart = true})),
            "a.tif: is a TIFF image of 3 samples per pixel, grey in separate planes, but 1 and an "
            "opacity are accepted");
  EXPECT_EQ(complaint(sample::tiff(three, {.photometric = PHOTOMETRIC_CIELAB})),
            "a.tif: is a TIFF image of L*a*b* colours, but grey, palette, RGB and CMYK are "
            "accepted");
  EXPECT_EQ(complaint(sample::tiff({8, 8, 1, false, {}},
                                   {.compression = COMPRESSION_CCITTFAX4, .bits = 1},
                                   std::string(8, '\x55'))),
            "a.tif: is a TIFF image compressed by CCITT fax coding, but none, PackBits, LZW, "
            "deflate and JPEG are accepted");
}

TEST(TiffCodec, ReadsJpegInside) {
  const sample::Picture picture = sample::colours(32, 32);
  const Image image = read(sample::tiff(picture, {.compression = COMPRESSION_JPEG}));
  EXPECT_LE((all_pixels(image) - sample::pixels_of(picture)).abs().mean().item<double>(), 0.1);
}

TEST(TiffCodec, RefusesJpegInsideOfMoreScansThanEncodersMake) {
  std::string bytes = sample::tiff(sample::colours(64, 64), {.compression = COMPRESSION_JPEG});
  const std::size_t scan = bytes.find("\xff\xda");
  ASSERT_NE(scan, std::string::npos);
  for (std::size_t i = 1; i <= 20; ++i) {
    bytes.at(scan + 16 * i) = '\xff';
    bytes.at(scan + 16 * i + 1) = '\xda';
  }
  EXPECT_EQ(complaint(bytes),
            "a.tif: has JPEG data of more than 20 scans, the most that are accepted in a TIFF "
            "image");
}

TEST(TiffCodec, RefusesPicturesWithHolesInTheirData) {
  std::string bytes =
      sample::tiff(sample::colours(8, 8, 1), {.rows_per_strip = 4, .compression = COMPRESSION_LZW});
  // The lengths of both strips, tag 279, are two numbers of 16 bits: the second becomes 0.
  const std::size_t entry = bytes.find(std::string("\x17\x01\x03\0\x02\0\0\0", 8));
  ASSERT_NE(entry, std::string::npos);
  bytes.replace(entry + 10, 2, std::string(2, '\0'));
  EXPECT_EQ(complaint(bytes),
            "a.tif: is a TIFF image that leaves parts of its picture out, which is not read");
}

}  // namespace
}  // namespace sgilo
#endif
