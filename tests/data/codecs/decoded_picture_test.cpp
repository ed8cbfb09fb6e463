#ifdef SGILO_WITH_IMAGES
#include "sgilo/data/codecs/decoded_picture.h"

#include <gtest/gtest.h>

#include "support/error_text.h"

namespace sgilo {
namespace {

DecodedPicture picture_of(std::int64_t height, std::int64_t width, ColourModel model,
                          bool has_opacity = false, bool is_wide = false) {
  DecodedPicture picture;
  picture.height = height;
  picture.width = width;
  picture.model = model;
  picture.has_opacity = has_opacity;
  picture.is_wide = is_wide;
  return picture;
}

// What a file of `size` bytes is told when it asks for the memory of such a picture.
std::string complaint(DecodedPicture picture, std::size_t size = 0) {
  const std::string bytes(size, ' ');
  const ImageSource source(bytes, "a");
  return error_text<FormatError>([&] { allocate_samples(source, picture); });
}

TEST(DecodedPicture, GivesThePartsOfColoursAndOpacityThatAreAskedFor) {
  DecodedPicture picture = picture_of(2, 3, ColourModel::grey, true);
  picture.samples = {0, 255, 51, 102, 102, 0, 153, 255, 204, 255, 255, 255};
  EXPECT_TRUE(torch::equal(colours_of(picture, {0, 0, 2, 3}),
                           torch::tensor({0.0F, 0.2F, 0.4F, 0.6F, 0.8F, 1.0F}).view({1, 2, 3})));
  EXPECT_TRUE(
      torch::equal(colours_of(picture, {1, 1, 1, 2}), torch::tensor({0.8F, 1.0F}).view({1, 1, 2})));
  EXPECT_TRUE(
      torch::equal(opacity_of(picture, {0, 1, 2, 1}), torch::tensor({0.4F, 1.0F}).view({1, 2, 1})));
  EXPECT_TRUE(is_transparent(picture));
}

TEST(DecodedPicture, GivesSamplesOf16BitsAtTheirPrecision) {
  DecodedPicture picture = picture_of(1, 1, ColourModel::rgb, true, true);
  const std::uint16_t samples[]{0, 1, 65534, 65535};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(samples);
  picture.samples.assign(bytes, bytes + sizeof(samples));
  EXPECT_TRUE(torch::equal(colours_of(picture, {0, 0, 1, 1}).flatten(),
                           torch::tensor({0.0F, 1 / 65535.0F, 65534 / 65535.0F})));
  EXPECT_FALSE(is_transparent(picture));
}

TEST(DecodedPicture, GivesASmallFileTwelveMegapixelsWithOpacity) {
  EXPECT_EQ(complaint(picture_of(3024, 4032, ColourModel::rgb, true)), "");
  EXPECT_EQ(complaint(picture_of(3024, 4032, ColourModel::grey, true, true)), "");
  EXPECT_EQ(complaint(picture_of(4096, 4096, ColourModel::rgb)), "");
}

TEST(DecodedPicture, GivesASmallFileFewerPixelsThatTakeMoreMemory) {
  EXPECT_EQ(complaint(picture_of(4097, 4096, ColourModel::grey)),
            "a: has 4096 x 4097 pixels, but at most 16777216 of its kind are accepted of a file of "
            "0 bytes");
  EXPECT_EQ(
      complaint(picture_of(3000, 4000, ColourModel::rgb, true, true)),
      "a: has 4000 x 3000 pixels, but at most 6291456 of its kind are accepted of a file of 0 "
      "bytes");
  EXPECT_EQ(complaint(picture_of(3000, 4000, ColourModel::rgb, true, true), 2 << 20), "");
}

TEST(DecodedPicture, GivesASmallFileFewerPixelsWhoseColoursAreSlowToConvert) {
  DecodedPicture picture = picture_of(3000, 4000, ColourModel::rgb);
  EXPECT_EQ(complaint(picture), "");
  picture.conversion.is_slow = true;
  EXPECT_EQ(
      complaint(picture),
      "a: has 4000 x 3000 pixels, but at most 6291456 of its kind are accepted of a file of 0 "
      "bytes");
}

TEST(DecodedPicture, RefusesSizesThatNoPictureHas) {
  ImageSource source("", "a");
  const auto refusal = [&](std::int64_t width, std::int64_t height) {
    return error_text<FormatError>([&] { require_picture_size(source, width, height); });
  };
  EXPECT_EQ(refusal(0, 5), "a: has no pixels (0 x 5)");
  EXPECT_EQ(refusal(10000, 10000), "");
  EXPECT_EQ(refusal(10001, 10000),
            "a: has 10001 x 10000 pixels, but at most 100 megapixels are accepted");
  EXPECT_EQ(refusal(std::int64_t{1} << 62, std::int64_t{1} << 62),
            concat("a: has ", std::int64_t{1} << 62, " x ", std::int64_t{1} << 62,
                   " pixels, but at most 100 megapixels are accepted"));
}

TEST(DecodedPicture, RefusesAFileWithFewerBytesThanItsPictureTakes) {
  const std::string bytes(10, ' ');
  const ImageSource source(bytes, "a");
  EXPECT_NO_THROW(require_bytes_for(source, 10, 4, 5));
  EXPECT_EQ(error_text<FormatError>([&] { require_bytes_for(source, 11, 4, 5); }),
            "a: is damaged: a picture of 4 x 5 pixels takes at least 11 bytes, but it has 10");
}

}  // namespace
}  // namespace sgilo
#endif
