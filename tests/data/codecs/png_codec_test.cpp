#ifdef SGILO_WITH_IMAGES
#include "sgilo/data/codecs/png_codec.h"

#include <gtest/gtest.h>

#include "data/sample_images.h"
#include "sgilo/data/image_io.h"
#include "support/all_pixels.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

Image read(const std::string& bytes) {
  return decode_image(bytes, "a.png", Transparency::looked_at);
}

DecodedPicture decoded(const std::string& bytes) {
  ImageSource source(bytes, "a.png");
  return decode_png(source);
}

TEST(PngCodec, HonoursTheTransparentColourOfGreyRgbAndPalettes) {
  const Tensor expected = torch::tensor({{1.0F, 0.0F, 1.0F, 1.0F}});
  const auto expect_hole = [&](const std::string& bytes) {
    const Image image = read(bytes);
    ASSERT_TRUE(image.opacity);
    EXPECT_TRUE(torch::equal(all_opacity(image), expected));
  };
  const auto trns = [](const std::string& data) { return sample::png_chunk("tRNS", data); };
  const std::string zero(1, '\0');
  expect_hole(sample::png({1, 4, 1, false, {6, 7, 8, 255}}, trns(zero + "\7")));
  expect_hole(sample::png({1, 4, 1, true, {6, 1799, 7, 65535}}, trns("\7\7")));
  expect_hole(sample::png({1, 4, 3, false, {6, 7, 8, 7, 8, 9, 7, 8, 8, 0, 0, 0}},
                          trns(zero + "\7" + zero + "\x8" + zero + "\x9")));
  expect_hole(sample::png({1, 4, 3, true, {6, 7, 8, 7, 8, 9, 7, 8, 8, 0, 0, 0}},
                          trns(zero + "\7" + zero + "\x8" + zero + "\x9")));
  // 2-bit indices 0 1 2 3, 2-bit greys 0 1 2 3
  expect_hole(sample::packed_png(
      1, 4, 2, 3, "\x1b",
      sample::png_chunk("PLTE", "aaabbbcccddd") + trns(std::string("\xff\0", 2))));
  expect_hole(sample::packed_png(1, 4, 2, 0, "\x1b", trns(zero + "\1")));
}

TEST(PngCodec, ReadsAllBitDepths) {
  using Samples = std::vector<std::uint8_t>;
  EXPECT_EQ(decoded(sample::packed_png(1, 8, 1, 0, "\x55")).samples,
            (Samples{0, 255, 0, 255, 0, 255, 0, 255}));
  EXPECT_EQ(decoded(sample::packed_png(1, 2, 4, 0, "\x3f")).samples, (Samples{51, 255}));
}

TEST(PngCodec, ConvertsByTheGammaAndPrimariesThatAFileStates) {
  const sample::Picture picture = sample::filled(2, 2, {55, 55, 55});
  const auto level = [&](const std::string& chunks) {
    return (all_pixels(read(sample::png(picture, chunks)))[0][0][0].item<double>() + 1) * 127.5;
  };
  const auto gamma = [](std::uint32_t value) {
    return sample::png_chunk("gAMA", sample::big_endian(value));
  };
  EXPECT_NEAR(level(gamma(100000)), 0.5016 * 255, 1);  // linear
  EXPECT_NEAR(level(gamma(45455)), 55, 1e-4);          // what nearly all programs write for sRGB
  EXPECT_NEAR(level(gamma(100000) + sample::png_chunk("sRGB", std::string(1, '\0'))), 55, 1e-4);
  std::string p3;
  for (const std::uint32_t xy : {31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000})
    p3 += sample::big_endian(xy);
  const Image image = read(sample::png(sample::filled(2, 2, {211, 61, 52}),
                                       gamma(45455) + sample::png_chunk("cHRM", p3)));
  const Tensor found = (all_pixels(image).select(1, 0).select(1, 0) + 1) * 127.5;
  EXPECT_LE((found - torch::tensor({230.0F, 40.0F, 40.0F})).abs().max().item<double>(), 1.0);
}

TEST(PngCodec, SaysThatOnlyTheFirstFrameOfAnAnimationIsRead) {
  const std::string bytes =
      sample::png(sample::colours(2, 2),
                  sample::png_chunk("acTL", sample::big_endian(2) + sample::big_endian(0)));
  EXPECT_EQ(read(bytes).warnings,
            std::vector<std::string>{"a.png: only the first of its frames was read"});
}

TEST(PngCodec, PassesOverLongTextsAndRefusesLongProfiles) {
  const std::string blown = sample::deflated(std::string(64 << 20, ' '));
  const sample::Picture picture = sample::colours(2, 2);
  std::string texts;
  for (int i = 0; i < 20; ++i) texts += sample::png_chunk("zTXt", std::string("k\0\0", 3) + blown);
  EXPECT_TRUE(read(sample::png(picture, texts)).warnings.empty());
  const std::string profile = sample::png_chunk("iCCP", std::string("p\0\0", 3) + blown);
  EXPECT_EQ(decoded(sample::png(picture, profile)).conversion.problem, "");
}

TEST(PngCodec, WritesEqualBytesForEqualPictures) {
  const Tensor samples = torch::arange(48).reshape({3, 4, 4}).to(torch::kUInt8);
  EXPECT_EQ(encode_png_bytes(samples), encode_png_bytes(samples.clone()));
  EXPECT_EQ(encode_png_bytes(samples.slice(0, 0, 1)).substr(12, 14),
            std::string("IHDR\0\0\0\4\0\0\0\4\x08\0", 14));
}

}  // namespace
}  // namespace sgilo
#endif
